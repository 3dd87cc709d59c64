"""What a broker should know of a pair that no hard rule bars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from brokering.domain.conflicts import conflict_text
from brokering.domain.experience import type_unfit
from brokering.domain.matching import Leader, Need
from brokering.domain.matching_policy import ConflictKind, MatchingPolicy, Treatment
from brokering.domain.values import FLAG_BITS, Flag, Window

CONFLICT_FLAGS = {
    ConflictKind.SPONSOR_BID: Flag.SPONSOR_BID,
    ConflictKind.EMPLOYMENT: Flag.EMPLOYMENT,
    ConflictKind.INTEREST: Flag.INTEREST,
    ConflictKind.SAME_ORGANISATION: Flag.SAME_ORGANISATION,
    ConflictKind.OWN_ORGANISATION: Flag.OWN_ORGANISATION,
    ConflictKind.BROKER_COLLEAGUE: Flag.BROKER_COLLEAGUE,
}


@dataclass(frozen=True, slots=True)
class FlagNote:
    """What a flag says of a pair, in words."""

    flag: str
    text: str


def flag_bits(policy: MatchingPolicy, window: Window, need: Need, leader: Leader) -> int:
    """Return what a broker should know of a pair, as bits of `FLAG_BITS`."""
    unknown_place = not leader.remote and (need.place is None or leader.place is None)
    raised = {
        Flag.UNKNOWN_PLACE: unknown_place,
        Flag.NOT_DECLARED: leader.remote is None or not leader.designations,
        Flag.PROVISIONAL_NEED: need.provisional,
        Flag.SCHOOL_TYPE: type_unfit(policy, need, leader) is not None,
        Flag.DESIGNATION_RECHECK: leader.in_doubt is not None and policy.recheck.treatment != Treatment.OFF,
    }
    for kind, flag in CONFLICT_FLAGS.items():
        raised[flag] = policy.conflicts[kind] != Treatment.OFF and bool(
            conflict_text(kind, policy, window, need, leader)
        )
    return sum(FLAG_BITS[flag] for flag, holds in raised.items() if holds)


def flag_notes(
    flags: Sequence[str], policy: MatchingPolicy, window: Window, need: Need, leader: Leader
) -> list[FlagNote]:
    """Return a sentence for each of a pair's flags."""
    kinds = {flag: kind for kind, flag in CONFLICT_FLAGS.items()}
    said: list[FlagNote] = []
    for name in flags:
        flag = Flag(name)
        of_conflict = conflict_text(kinds[flag], policy, window, need, leader) if flag in kinds else None
        said.append(FlagNote(name, of_conflict or _fact(flag, policy, need, leader)))
    return said


def _fact(flag: Flag, policy: MatchingPolicy, need: Need, leader: Leader) -> str:
    if flag == Flag.SCHOOL_TYPE:
        return type_unfit(policy, need, leader) or "The school's type was not among those the leader had declared."
    if flag == Flag.DESIGNATION_RECHECK:
        return leader.in_doubt or "The designation was being looked at again."
    if flag == Flag.UNKNOWN_PLACE:
        subject = "leader" if leader.place is None else need.subject_kind
        return f"The place of the {subject} is not known: the distance has not been checked."
    if flag == Flag.NOT_DECLARED:
        silent = (
            ("names no designation", not leader.designations),
            ("does not say whether the leader works remotely", leader.remote is None),
        )
        return f"The roster {' and '.join(what for what, missing in silent if missing)}."
    return "No decision stands behind the need yet."
