"""Amounts: kept in whole pence, written in pounds."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from brokering.domain.values import HALF_DAYS_IN_A_DAY

PENCE_IN_A_POUND = 100


@dataclass(frozen=True, slots=True)
class DayRate:
    """What a day of a leader costs from a date on, in pence, and where the figure comes from."""

    pence: int
    effective_from: date
    source: str

    def of(self, half_days: int) -> int:
        """Return the price of so many half days, in pence."""
        return half_days * self.pence // HALF_DAYS_IN_A_DAY


def rate_on(rates: tuple[DayRate, ...], on: date) -> DayRate:
    """Return the rate in force on a day; before the first one, the first."""
    in_force = [rate for rate in rates if rate.effective_from <= on]
    return max(in_force or rates[:1], key=lambda rate: rate.effective_from)


def reaches(part: int, whole: int, percent: int) -> bool:
    """Tell whether `part` is so many per cent of `whole` or more; both in pence."""
    return part * 100 >= whole * percent


def pounds(pence: int) -> int | float:
    """Pounds as they are written: 600, 0.5."""
    whole, rest = divmod(pence, PENCE_IN_A_POUND)
    return whole if rest == 0 else pence / PENCE_IN_A_POUND


def told(pence: int) -> str:
    """An amount as it stands in a sentence: £1,000, £0.50."""
    whole, rest = divmod(pence, PENCE_IN_A_POUND)
    return f"£{whole:,}.{rest:02}" if rest else f"£{whole:,}"


def in_pence(amount: float | Decimal) -> int:
    """Return an amount of pounds in pence; raises ValueError where it is not of whole pence."""
    pence = Decimal(str(amount)) * PENCE_IN_A_POUND
    if pence != pence.to_integral_value():
        raise ValueError("amounts come in whole pence")
    return int(pence)
