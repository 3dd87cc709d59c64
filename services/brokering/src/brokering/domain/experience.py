"""Experience of a type of school: what a leader has declared against what the school is."""

from __future__ import annotations

from brokering.domain.matching import Leader, Need
from brokering.domain.matching_policy import MatchingPolicy, Treatment


def type_unfit(policy: MatchingPolicy, need: Need, leader: Leader) -> str | None:
    """Return in words that the school's type is not among the leader's; None where it is, or one is not known."""
    kind = policy.school_types.kinds.get(need.type_code or "")
    if policy.school_types.treatment == Treatment.OFF or kind is None or not leader.school_types:
        return None
    if kind in leader.school_types:
        return None
    declared = ", ".join(sorted(leader.school_types)).replace("_", " ")
    return f"The school's type ({kind.replace('_', ' ')}) is not among those the leader has declared ({declared})."
