"""The default policies of `ippr-2023` (version 1) and `rise-2025` (versions 1 and 2), read from the domain page."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from .evidence import Evidence
from .values import Inspected

RISE_2_FROM = dt.date(2026, 9, 1)
KEY_JUDGEMENTS = (
    "quality_of_education",
    "behaviour_and_attitudes",
    "personal_development",
    "leadership_and_management",
)
LEADING = ("quality_of_education", "leadership_and_management")
CARD_AREAS = ("inclusion", "curriculum_and_teaching", "achievement", "attendance_and_behaviour",
              "personal_development_and_wellbeing", "leadership_and_governance")  # fmt: skip
CARD_LEADING = ("curriculum_and_teaching", "achievement", "leadership_and_governance")
NEEDS, URGENT = "needs_attention", "urgent_improvement"


@dataclass(frozen=True)
class Assessed:
    """One school under both schemes. `step` is the `ippr-2023` rule that proposed (`none`: nothing was known)."""

    urn: int
    ippr: str
    step: str
    rise: str
    rise_version: int
    stuck: bool
    watch: bool
    predecessor_evidence: bool
    category: str | None
    category_missing: bool
    action_areas: frozenset[str]
    evidence: tuple[tuple[str, str], ...]

    @property
    def flags(self) -> frozenset[str]:
        named = (("stuck", self.stuck), ("watch", self.watch), ("predecessor_evidence", self.predecessor_evidence))
        return frozenset(name for name, held in named if held)


def assess_all(evidence: Evidence, as_of: dt.date) -> dict[int, Assessed]:
    """Every school of the files, by URN."""
    return {urn: assess(evidence, urn, as_of) for urn in evidence.schools}


def assess(evidence: Evidence, urn: int, as_of: dt.date) -> Assessed:
    """One school on one day."""
    seen = evidence.visible(urn, as_of)
    graded = [found for found in seen if found.kind == "graded"]
    latest = graded[0] if graded else None
    stuck = len(graded) > 1 and _requires_improvement(graded[0]) and _below_good(graded[1])
    ippr, step = _tier(latest)
    version = 2 if as_of >= RISE_2_FROM else 1
    rise, missing = _route(latest, stuck=stuck, version=version)
    return Assessed(
        urn=urn, ippr=ippr, step=step, rise=rise, rise_version=version, stuck=stuck,
        watch=latest is not None
        and any(u.kind == "ungraded" and u.starts_on > latest.starts_on and u.ended_in_concern for u in seen),
        predecessor_evidence=latest is not None and not latest.relates,
        category=latest.category if latest else None, category_missing=missing,
        action_areas=_action_areas(latest), evidence=tuple(found.identity for found in seen),
    )  # fmt: skip


def _tier(latest: Inspected | None) -> tuple[str, str]:
    if latest is None:
        return "undetermined", "0"
    if latest.category == "SM" and latest.relates:
        return "immediate_action", "1"
    if latest.category is not None or latest.safeguarding is False:
        return "enhanced_support", "3"
    step = _weak_grades(latest)
    if step is not None:
        return "enhanced_support", step
    return ("school_led_development", "5") if _enough_known(latest) else ("undetermined", "none")


def _weak_grades(latest: Inspected) -> str | None:
    if latest.is_card:
        needs = any(latest.areas.get(area) == NEEDS for area in CARD_LEADING)
        return "4c" if needs or URGENT in latest.areas.values() else None
    if latest.overall is not None:
        return "4a" if latest.overall in {3, 4} else None
    leading = any(latest.areas.get(area) in {3, 4} for area in LEADING)
    return "4b" if leading or 4 in latest.areas.values() else None


def _enough_known(latest: Inspected) -> bool:
    if latest.is_card:
        return all(latest.areas.get(area, "not_applicable") != "not_applicable" for area in CARD_AREAS)
    return latest.overall is not None or all(area in latest.areas for area in LEADING)


def _requires_improvement(latest: Inspected) -> bool:
    if latest.category is not None:
        return False
    if latest.is_card:
        return latest.areas.get("leadership_and_governance") == NEEDS
    if latest.overall is not None:
        return latest.overall == 3
    threes = any(latest.areas.get(area) == 3 for area in LEADING)
    return threes and all(latest.areas.get(area) != 4 for area in KEY_JUDGEMENTS)


def _below_good(before: Inspected) -> bool:
    if before.is_card:
        weak = URGENT in before.areas.values() or before.areas.get("leadership_and_governance") == NEEDS
        return weak or before.safeguarding is False or before.category is not None
    if before.overall is not None:
        return before.overall in {3, 4}
    weak = any(before.areas.get(area) in {3, 4} for area in LEADING) or 4 in before.areas.values()
    return weak or before.safeguarding is False or before.category is not None


def _route(latest: Inspected | None, *, stuck: bool, version: int) -> tuple[str, bool]:
    if latest is None:
        return "undetermined", False
    if latest.category == "SM":
        return ("structural" if latest.relates else "targeted"), False
    if latest.category is not None:
        return ("structural" if version == 1 and latest.relates else "targeted"), False
    if _serious(latest):
        return "targeted", True
    return ("targeted" if stuck and latest.relates else "universal"), False


def _serious(latest: Inspected) -> bool:
    if latest.safeguarding is False:
        return True
    if latest.is_card:
        return URGENT in latest.areas.values()
    return latest.overall == 4 or (latest.overall is None and 4 in latest.areas.values())


def _action_areas(latest: Inspected | None) -> frozenset[str]:
    if latest is None:
        return frozenset()
    weak = {area for area, grade in latest.areas.items() if grade in {3, 4, NEEDS, URGENT}}
    return frozenset(weak | ({"safeguarding"} if latest.safeguarding is False else set()))
