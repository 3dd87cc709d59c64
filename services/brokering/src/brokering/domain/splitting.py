"""Split support: one part of a school's need for the chief executive of a trust, the other for an NLE."""

from __future__ import annotations

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


def parts_of(need: Need, split: Split | None) -> tuple[Need, ...]:
    """Return the two parts of a school's need, each for one role.

    A trust's need stays whole (only a chief executive may take it), and so does one of fewer days than both parts.
    """
    if split is None or need.subject_kind == SubjectKind.TRUST or need.half_days < split.half_days:
        return (need,)
    return (
        replace(need, part=LeaderRole.TRUST_CEO.value, half_days=split.ceo_half_days),
        replace(need, part=LeaderRole.NLE.value, half_days=split.nle_half_days),
    )
