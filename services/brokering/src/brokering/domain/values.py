"""Codes and small values that the rules of brokering speak in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

HALF_DAYS_IN_A_DAY = 2


class SubjectKind(StrEnum):
    """What a need is about."""

    SCHOOL = "school"
    TRUST = "trust"


class LeaderRole(StrEnum):
    """What a system leader is: chief executive of a trust, or National Leader of Education."""

    TRUST_CEO = "trust_ceo"
    NLE = "nle"


class OrganisationKind(StrEnum):
    """Who employs a leader or answers for a school."""

    TRUST = "trust"
    LOCAL_AUTHORITY = "local_authority"
    OTHER = "other"


class NeedState(StrEnum):
    """A need is provisional until the regional director has decided."""

    PROVISIONAL = "provisional"
    DECIDED = "decided"
    UNDER_OFFER = "under_offer"
    IN_SUPPORT = "in_support"
    MET = "met"
    WITHDRAWN = "withdrawn"


CLOSED_NEEDS = frozenset({NeedState.MET, NeedState.WITHDRAWN})


class ProposalState(StrEnum):
    """What became of a proposed match."""

    PROPOSED = "proposed"
    UNDER_OFFER = "under_offer"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


class NeedsFrom(StrEnum):
    """Which needs a round takes: those of mere proposals too, or decided ones only."""

    PROPOSED = "proposed"
    DECIDED = "decided"


class Flag(StrEnum):
    """What a broker should know of a pair that no hard rule bars. The order is that of the bits in storage."""

    UNKNOWN_PLACE = "unknown_place"
    NOT_DECLARED = "not_declared"
    OWN_ORGANISATION = "own_organisation_in_difficulty"
    PROVISIONAL_NEED = "provisional_need"
    SPONSOR_BID = "sponsor_bid"
    EMPLOYMENT = "employment"
    INTEREST = "interest"
    SAME_ORGANISATION = "same_organisation"
    BROKER_COLLEAGUE = "broker_colleague"
    SCHOOL_TYPE = "school_type"
    DESIGNATION_RECHECK = "designation_recheck"


FLAG_BITS: dict[Flag, int] = {flag: 1 << position for position, flag in enumerate(Flag)}


def flags_of(bits: int) -> list[str]:
    """Return the codes of the flags whose bits are set, in their order."""
    return [flag.value for flag, bit in FLAG_BITS.items() if bits & bit]


def flags_now(flags: Sequence[str], need_state: str | None) -> list[str]:
    """Return a pair's flags as kept, but for `provisional_need`, which the need's present state tells."""
    kept = [flag for flag in flags if flag != Flag.PROVISIONAL_NEED]
    return [*kept, Flag.PROVISIONAL_NEED.value] if need_state == NeedState.PROVISIONAL else kept


@dataclass(frozen=True, slots=True)
class Window:
    """The dates within which support is to be given, both included."""

    starts_on: date
    ends_on: date


def half_days(days: Decimal | float) -> int:
    """Return days as a whole number of half days; raises ValueError where they are not."""
    halves = Decimal(str(days)) * HALF_DAYS_IN_A_DAY
    if halves != halves.to_integral_value():
        raise ValueError("days come in halves")
    return int(halves)


def in_days(halves: int) -> Decimal:
    """Return half days as days, with one decimal."""
    return (Decimal(halves) / HALF_DAYS_IN_A_DAY).quantize(Decimal("0.1"))


def say_days(halves: int) -> str:
    """Return half days in words: `10 days`, `1 day`, `7.5 days`."""
    days = Decimal(halves) / HALF_DAYS_IN_A_DAY
    return f"{days:f} day" if days == 1 else f"{days:f} days"


BROKERS = {"trust": OrganisationKind.TRUST, "la": OrganisationKind.LOCAL_AUTHORITY, "partner": OrganisationKind.OTHER}


def broker_keys(org: str | None) -> frozenset[str]:
    """Return the keys of whoever asks for a match, as `body_keys` knows it as an employer; the department has none."""
    kind, _, identifier = (org or "").partition(":")
    return body_keys(BROKERS.get(kind), identifier, None)


@lru_cache(maxsize=16_384)
def body_keys(kind: str | None, identifier: str | None, name: str | None) -> frozenset[str]:
    """Return the keys under which a responsible body or employer is the same as another.

    Rosters name a local authority by its name where the register has its code: it is known by both.
    """
    if kind is None:
        return frozenset()
    known = {identifier} if kind != OrganisationKind.LOCAL_AUTHORITY else {identifier, name}
    return frozenset(f"{kind}:{value.strip().casefold()}" for value in known if value)
