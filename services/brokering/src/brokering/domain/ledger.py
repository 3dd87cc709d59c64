"""The days ledger: double entry, in whole half days.

Every movement takes half days out of one account and puts the same number into another, so its two legs sum to zero by
construction. The same movements read by leader give what the leader still has; read by need or episode, what the cap
still leaves. Nothing is ever changed or removed: a mistake is corrected by the movement the other way.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from brokering.domain.values import HALF_DAYS_IN_A_DAY


class Account(StrEnum):
    """Where days stand, for a leader and for a need alike."""

    AVAILABLE = "available"
    OFFERED = "offered"
    RESERVED = "reserved"
    USED = "used"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of movement: out of `debit`, into `credit`; `places` is what it does to the leader's places held."""

    code: str
    label: str
    debit: Account
    credit: Account
    places: int = 0
    returns: bool = False


KINDS: dict[str, Kind] = {
    kind.code: kind
    for kind in (
        Kind("offered", "Days offered", Account.AVAILABLE, Account.OFFERED, places=1),
        Kind("offer_returned", "Offer fell, days given back", Account.OFFERED, Account.AVAILABLE, places=-1),
        Kind("reserved", "Days reserved by approval", Account.OFFERED, Account.RESERVED),
        Kind("used", "Days used", Account.RESERVED, Account.USED),
        Kind("use_corrected", "Days recorded as used by mistake", Account.USED, Account.RESERVED),
        Kind("returned", "Days returned unused", Account.RESERVED, Account.AVAILABLE, returns=True),
        Kind(
            "released",
            "Deployment over, days not used and place given back",
            Account.RESERVED,
            Account.AVAILABLE,
            places=-1,
            returns=True,
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Movement:
    """So many half days of one kind."""

    kind: str
    half_days: int

    def legs(self) -> tuple[tuple[Account, int], tuple[Account, int]]:
        """Both legs as (account, half days): what leaves is negative."""
        kind = KINDS[self.kind]
        return (kind.debit, -self.half_days), (kind.credit, self.half_days)


@dataclass(frozen=True, slots=True)
class Balances:
    """Half days under one cap. `returned` counts what came back; the rest is where days stand now."""

    cap: int
    offered: int = 0
    reserved: int = 0
    used: int = 0
    returned: int = 0
    places: int = 0

    @property
    def available(self) -> int:
        """Half days the cap still leaves."""
        return self.cap - self.offered - self.reserved - self.used

    def after(self, movement: Movement) -> "Balances":
        """The balances once `movement` has been entered; the caller asks `lacks` first."""
        kind = KINDS[movement.kind]
        moved = {account.value: delta for account, delta in movement.legs()}
        return replace(
            self,
            offered=self.offered + moved.get("offered", 0),
            reserved=self.reserved + moved.get("reserved", 0),
            used=self.used + moved.get("used", 0),
            returned=self.returned + (movement.half_days if kind.returns else 0),
            places=self.places + kind.places,
        )

    def lacks(self, movement: Movement) -> int:
        """Half days missing in the account the movement draws on; 0 or less: it can be entered."""
        return movement.half_days - self.of(KINDS[movement.kind].debit)

    def of(self, account: Account) -> int:
        """The balance of one account, in half days."""
        balance: int = getattr(self, account.value)
        return balance


def balances(cap: int, movements: Iterable[Movement]) -> Balances:
    """The balances that a history of movements leaves under a cap (half days)."""
    held = Balances(cap)
    for movement in movements:
        held = held.after(movement)
    return held


def to_days(half_days: int) -> int | float:
    """Days as they are written: 10, 2.5."""
    whole, rest = divmod(half_days, HALF_DAYS_IN_A_DAY)
    return whole if rest == 0 else half_days / HALF_DAYS_IN_A_DAY
