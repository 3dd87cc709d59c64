"""Split support: one part of a school's need for the chief executive of a trust, the other for an NLE."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from brokering.domain.matching import Need
from brokering.domain.values import LeaderRole, SubjectKind


@dataclass(frozen=True, slots=True)
class Split:
    """What each part of a school's need asks for, in half days; `both_or_none`: no part is matched alone."""

    ceo_half_days: int
    nle_half_days: int
    both_or_none: bool

    @property
    def half_days(self) -> int:
        """What both parts ask for together."""
        return self.ceo_half_days + self.nle_half_days

    def of(self, role: str) -> int:
        """What the part of a role asks for."""
        return self.ceo_half_days if role == LeaderRole.TRUST_CEO else self.nle_half_days


def parts_of(need: Need, split: Split | None) -> tuple[Need, ...]:
    """Return the two parts of a school's need, each for one role.

    A trust's need stays whole (only a chief executive may take it), and so does one that is too short. A part that
    waits beside the other stays one, of no more days than the split gives its role.
    """
    if need.part is not None:
        return (need if split is None else replace(need, half_days=min(need.half_days, split.of(need.part))),)
    if split is None or need.subject_kind == SubjectKind.TRUST or too_short(need, split):
        return (need,)
    return (
        replace(need, part=LeaderRole.TRUST_CEO.value, half_days=split.ceo_half_days),
        replace(need, part=LeaderRole.NLE.value, half_days=split.nle_half_days),
    )


def too_short(need: Need, split: Split | None) -> bool:
    """Tell whether a school's need asks for fewer days than both parts together."""
    whole = need.subject_kind == SubjectKind.SCHOOL and need.part is None
    return split is not None and whole and need.half_days < split.half_days


@dataclass(frozen=True, slots=True)
class SplitOutcome:
    """How many schools' needs were split, and how many of them got both parts, one part, and none."""

    split: int
    both: int
    half: int
    none: int


def outcome_of(parts: Iterable[tuple[str, bool]]) -> SplitOutcome:
    """Count parts by their needs; each is the id of its need, and whether it has a leader."""
    matched: dict[str, list[bool]] = {}
    for need_id, has_leader in parts:
        matched.setdefault(need_id, []).append(has_leader)
    both, none = (sum(test(found) for found in matched.values()) for test in (all, _none))
    return SplitOutcome(len(matched), both, len(matched) - both - none, none)


def _none(found: list[bool]) -> bool:
    return not any(found)
