"""What is known of measures, thresholds and comparisons: the data files, typed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from inspection.data import load
from inspection.domain.suppression import Relation

SCHOOL: Final = "school"
"""The source of measures that schools and trusts supply themselves."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure. `of`: what it counts (`pupils`, `sessions`, `mean`, `roll`, `estimate`); `base`: of which whole.

    A base is `cohort`, the pupils given beside the figure; `roll`, those on roll; `none`, for the roll itself; or
    `unknown`. `within`: the figure that counts the pupils this one is of; `among`: the official share of the roll whose
    pupils hold all that this one counts. `missed`: whether a share of sessions is of those missed; `absentees`: the
    share of pupils who missed a tenth of these sessions. Figures of one `family`, and of the one that some are of
    `also`, are about one whole; `nested` ones stand from the outermost to the innermost, by `rank` (among all).
    """

    code: str
    rank: int
    label: str
    unit: str
    definition: str
    lowest: float
    highest: float
    decimals: int
    source: str
    of: str
    base: str
    family: str
    relation: Relation
    estimate_of: str | None
    within: str | None
    among: str | None
    also: str | None
    missed: bool
    absentees: str | None


@cache
def measures() -> Mapping[str, Measure]:
    """Return all measures by code, in the order in which they are shown."""
    return {entry["code"]: _measure(rank, entry) for rank, entry in enumerate(load("measures"))}


def _measure(rank: int, entry: Mapping[str, Any]) -> Measure:
    lowest, highest = entry["range"]
    given = {name: entry[name] for name in ("code", "label", "unit", "definition", "decimals", "source", "of", "base")}
    return Measure(
        **given,
        rank=rank,
        lowest=lowest,
        highest=highest,
        family=entry["family"] or entry["code"],
        relation=entry["relation"],
        estimate_of=entry.get("estimate_of"),
        within=entry.get("within"),
        among=entry.get("among"),
        also=entry.get("also"),
        missed=entry.get("missed", False),
        absentees=entry.get("absentees"),
    )


def codes_of(source: str) -> list[str]:
    """Return the codes of the measures that a kind of file gives."""
    return [code for code, each in measures().items() if each.source == source and each.estimate_of is None]


@cache
def shares_beside() -> list[str]:
    """Return the codes of the official shares whose pupils hold all that a school counts itself."""
    return sorted({each.among for each in measures().values() if each.among})


def _limit(code: str) -> float:
    return next(float(entry["value"]) for entry in load("suppression") if entry["code"] == code)


@cache
def threshold() -> int:
    """Return the fewest pupils that a cell which is shown may come from, unless it is none."""
    return int(_limit("threshold"))


@cache
def roll_may_be() -> tuple[float, float]:
    """Return the least and the most that the roll a share is of may be, as parts of the rolls that are known."""
    return _limit("least_roll"), _limit("most_roll")


@cache
def persistent_from() -> float:
    """Return the share of sessions missed, in percent, from which a pupil is persistently absent."""
    return _limit("persistent_from")


def levels() -> Sequence[Mapping[str, Any]]:
    """Return the groups that a school is shown beside: `code`, `definition`, and the register's column `by`."""
    return load("comparisons")


ENGLAND: Final = "England"


def area_of(level: Mapping[str, Any], school: Mapping[str, Any]) -> str | None:
    """Return which area of a level a school belongs to; None where the register does not tell."""
    if level["by"] is None:
        return ENGLAND
    value = school[level["by"]]
    return None if value is None else str(value)


@cache
def phases_of() -> Mapping[str, str]:
    """Return for each phase the group of phases it is compared within."""
    return {phase: entry["code"] for entry in load("comparison_phases") for phase in entry["phases"]}
