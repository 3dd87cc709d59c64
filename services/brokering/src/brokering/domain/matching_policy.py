"""The parameters of matching. Their values are a versioned document, never literals in a rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from brokering.domain.rechecks import Conditions
from brokering.domain.splitting import Split
from brokering.domain.values import NeedsFrom, Window


class Treatment(StrEnum):
    """What follows where something speaks against a pair: it is barred, flagged, or left alone."""

    BARRED = "barred"
    FLAG = "flag"
    OFF = "off"


class ConflictKind(StrEnum):
    """The conflicts of interest that are looked for, in the order in which they are told.

    The first three are declared; the others are computed from the register, the roster and who asks.
    """

    SPONSOR_BID = "sponsor_bid"
    EMPLOYMENT = "employment"
    INTEREST = "interest"
    SAME_ORGANISATION = "same_organisation"
    OWN_ORGANISATION = "own_organisation"
    BROKER_COLLEAGUE = "broker_colleague"


DECLARED = frozenset({ConflictKind.SPONSOR_BID, ConflictKind.EMPLOYMENT, ConflictKind.INTEREST})


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
    turned round that is worth 1000; `quintile_step` what each deprivation quintile apart costs; `type_unfit` what phase
    and type are worth at most where the school's type is not among those that the leader has declared.
    """

    weights: Mapping[Part, int]
    neutral: int
    unknown_place: int
    remote_distance: int
    phase_breadth: tuple[int, ...]
    type_unfit: int
    turnaround_full_at: int
    quintile_step: int


@dataclass(frozen=True, slots=True)
class SchoolTypePolicy:
    """What follows where the school's type is not among the leader's; `kinds`: our group of each register code."""

    treatment: Treatment
    kinds: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RecheckPolicy:
    """What puts a designation in doubt, how long the answer may take, and what follows for new matches until then."""

    treatment: Treatment
    answer_days: int
    own_school: Conditions
    own_trust: Conditions


@dataclass(frozen=True, slots=True)
class MatchingPolicy:
    """One version of the matching policy, and what a round asks for besides.

    `both_or_none` is what holds of split support unless a round says otherwise.

    `cross_region` false bars leaders of another region; `excluded` are pairs of need and leader that may not be;
    `broker` are the keys (see `body_keys`) of the organisation that asks, whose own people are its colleagues; `split`
    is how support is shared between two leaders, None where each need has one.
    """

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
    answer_working_days: int
    conflicts: Mapping[ConflictKind, Treatment]
    priority_weights: Mapping[int, int]
    next_best: int
    relaxations: int
    relaxation_costs: Mapping[str, int]
    distance_bands_km: tuple[float, ...]
    suitability: SuitabilityPolicy
    school_types: SchoolTypePolicy
    recheck: RecheckPolicy
    both_or_none: bool = False
    stability: int = 0
    cross_region: bool = True
    excluded: frozenset[tuple[str, str]] = frozenset()
    broker: frozenset[str] = frozenset()
    split: Split | None = None

    def window_from(self, day: date) -> Window:
        """Return the dates within which support is given where nobody asks for others: from a day on."""
        return Window(day, day + timedelta(days=self.window_days))

    def phases_served_by(self, phase: str) -> frozenset[str]:
        """Return the phases of which a leader must have one to serve a school of this phase."""
        return frozenset({phase, *self.phase_equivalents.get(phase, ())})
