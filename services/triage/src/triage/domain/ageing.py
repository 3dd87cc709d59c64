"""How old cases are: counts by band, and the age that a share of them has not passed."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from math import ceil


def age_reached(ages: Mapping[int, int], percent: int) -> int | None:
    """Return the smallest age that so many per cent of the cases have not passed (nearest rank); None without cases.

    `ages` counts cases by their age in days.
    """
    rank = ceil(percent * sum(ages.values()) / 100)
    for age in sorted(ages):
        rank -= ages[age]
        if rank <= 0:
            return age
    return None


def by_band(ages: Mapping[int, int], starts: Sequence[int]) -> Counter[int]:
    """Count cases by the place of their band; `starts` are the first days of the bands, from 0 upwards."""
    counts: Counter[int] = Counter()
    for age, cases in ages.items():
        counts[bisect_right(starts, age) - 1] += cases
    return counts
