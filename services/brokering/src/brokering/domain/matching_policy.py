"""The parameters of matching. Their values are a versioned document, never literals in a rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from brokering.domain.values import NeedsFrom


class OwnOrganisation(StrEnum):
    """What follows where a leader's own organisation holds a stuck school or one in a category of concern."""

    BARRED = "barred"
    FLAG = "flag"
    OFF = "off"


class Part(StrEnum):
    """The parts of a pair's suitability."""

    DISTANCE = "distance"
    PHASE_FIT = "phase_fit"
    TURNAROUND = "turnaround"
    STRENGTHS = "strengths"
    CONTEXT = "context"
    REGION = "region"
    LOAD = "load"
    CONTINUITY = "continuity"


@dataclass(frozen=True, slots=True)
class SuitabilityPolicy:
    """How a pair is scored: every part is worth 0-1000, the suitability is their weighted mean, rounded down.

    `neutral` is what an unknown is worth; `remote_distance` what distance is worth for a leader who works remotely;
    `phase_breadth` what a leader of one, two, three … phases is worth; `turnaround_full_at` the number of schools
    turned round that is worth 1000; `quintile_step` what each deprivation quintile apart costs.
    """

    weights: Mapping[Part, int]
    neutral: int
    unknown_place: int
    remote_distance: int
    phase_breadth: tuple[int, ...]
    turnaround_full_at: int
    quintile_step: int


@dataclass(frozen=True, slots=True)
class MatchingPolicy:
    """One version of the matching policy."""

    version: int
    title: str
    effective_from: date
    needs_from: NeedsFrom
    default_half_days: int
    half_days_cap: int
    window_days: int
    distance_cap_km: float
    phase_equivalents: Mapping[str, tuple[str, ...]]
    interest_years: int
    own_organisation: OwnOrganisation
    priority_weights: Mapping[int, int]
    next_best: int
    relaxations: int
    suitability: SuitabilityPolicy

    def phases_served_by(self, phase: str) -> frozenset[str]:
        """Return the phases of which a leader must have one to serve a school of this phase."""
        return frozenset({phase, *self.phase_equivalents.get(phase, ())})
