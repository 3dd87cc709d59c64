"""A round of matching in numbers: needs, leaders' capacities, and every feasible pair in flat arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from brokering.domain.matching import Leader, Need

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """What the solver reads. Needs and leaders are numbered from 0 in the order of their stable keys.

    `need_of`, `leader_of`, `suitability` and `flags` are parallel, one entry a pair, sorted by need, then leader.
    `slots` and `capacity` are the schools and the half days each leader can still take on; `loads` the schools each
    one supports already (for balance only). `twin_of` has the number of the need that is matched with each or not at
    all, -1 where there is none; None where no need has one.
    """

    half_days: Ints
    weights: Ints
    slots: Ints
    capacity: Ints
    loads: Ints
    need_of: Ints
    leader_of: Ints
    suitability: Ints
    flags: Ints
    twin_of: Ints | None = None

    @property
    def needs(self) -> int:
        """How many needs there are."""
        return len(self.half_days)

    @property
    def leaders(self) -> int:
        """How many leaders there are."""
        return len(self.slots)

    @property
    def pairs(self) -> int:
        """How many pairs are feasible."""
        return len(self.need_of)


@dataclass(frozen=True, slots=True)
class Bound:
    """What no assignment can beat, aim by aim: the second holds among those that match no less than the answer."""

    matched: int
    weighted_matched: int
    total_suitability: int


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """An assignment: `leader_of_need[n]` is a leader's number or -1.

    `optimal` only where the bound is reached in both aims; `gap` is that of total suitability, or of the weighted
    number matched where that is not proven. `method` says how the bound was obtained.
    """

    leader_of_need: Ints
    weighted_matched: int
    total_suitability: int
    bound: Bound
    optimal: bool
    gap: float
    method: str
    balanced: bool

    @property
    def matched(self) -> int:
        """How many needs have a leader."""
        return int(np.count_nonzero(self.leader_of_need >= 0))


def ordered_needs(needs: Sequence[Need]) -> list[Need]:
    """Sort needs by what they are about: the order of rows in a file or database plays no part."""
    return sorted(needs, key=lambda need: (need.key, need.part or ""))


def ordered_leaders(leaders: Sequence[Leader]) -> list[Leader]:
    """Sort leaders by their reference."""
    return sorted(leaders, key=lambda leader: leader.reference)
