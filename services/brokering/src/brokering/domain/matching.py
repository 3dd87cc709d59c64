"""Needs and leaders as matching sees them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from brokering.domain.places import Place
from brokering.domain.values import Window


@dataclass(frozen=True, slots=True)
class Need:
    """A need as matching sees it. `key` orders needs by what they are about, never by a random id.

    `bodies` are the keys of the responsible body (see `body_keys`); `half_days` what is asked for. `part` is the role
    that alone may take this part of a need whose support is split, None for a whole need; `beside_support` tells that
    the other part is offered or in support already.
    """

    id: str
    key: str
    subject_kind: str
    subject_id: str
    name: str
    half_days: int
    areas: frozenset[str]
    priority: int
    provisional: bool
    region: str | None = None
    phase: str | None = None
    type_code: str | None = None
    place: Place | None = None
    bodies: frozenset[str] = frozenset()
    pupils: int | None = None
    idaci_quintile: int | None = None
    part: str | None = None
    beside_support: bool = False

    @property
    def subject_keys(self) -> frozenset[str]:
        """What a declared interest must name to touch this need: its subject, or its responsible body."""
        return self.bodies | {f"{self.subject_kind}:{self.subject_id}".casefold()}


@dataclass(frozen=True, slots=True)
class Designation:
    """A designation and its dates; `valid_to` null = until further notice."""

    status: str
    valid_from: date
    valid_to: date | None = None

    def covers(self, window: Window) -> bool:
        """Tell whether the leader is designated on every day of the window."""
        ends_in_time = self.valid_to is not None and self.valid_to < window.ends_on
        return self.status == "designated" and self.valid_from <= window.starts_on and not ends_in_time

    def standing(self, today: date) -> str:
        """Return what the designation is on a day: in_training, valid, lapsed, not_yet or withdrawn."""
        if self.status == "withdrawn":
            return "withdrawn"
        if today < self.valid_from:
            return "not_yet"
        if self.valid_to is not None and self.valid_to < today:
            return "lapsed"
        return "in_training" if self.status == "in_training" else "valid"


@dataclass(frozen=True, slots=True)
class Interest:
    """A declared interest in a school, trust or local authority; `ends_on` null = it goes on."""

    kind: str
    subject_kind: str
    subject_id: str
    ends_on: date | None = None

    @property
    def subject_key(self) -> str:
        """The key under which needs name the same subject."""
        return f"{self.subject_kind}:{self.subject_id}".casefold()


@dataclass(frozen=True, slots=True)
class OwnConcern:
    """A school of the leader's own organisation that is stuck or in a category of concern."""

    urn: int
    name: str
    what: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a declared strength in an area rests on: what was seen, when, and who says so."""

    area: str
    what: str
    dated_on: date
    source: str


@dataclass(frozen=True, slots=True)
class Leader:
    """A leader as matching sees one. `half_days` is what the window offers, `committed` what is promised already.

    `remote` null and no designation mean that the roster did not say: on site, and flagged. `school_types` empty: not
    declared. `in_doubt` says why the designation is being looked at again, None where it is not. `by_entries`: the days
    are those of dated entries of availability and not the roster's.
    """

    id: str
    reference: str
    role: str
    phases: frozenset[str]
    half_days: int
    max_concurrent: int
    committed_half_days: int = 0
    open_deployments: int = 0
    remote: bool | None = None
    region: str | None = None
    place: Place | None = None
    bodies: frozenset[str] = frozenset()
    organisation_name: str | None = None
    base_urn: int | None = None
    designations: tuple[Designation, ...] = ()
    interests: tuple[Interest, ...] = ()
    strengths: frozenset[str] = frozenset()
    evidence: tuple[Evidence, ...] = ()
    school_types: frozenset[str] = frozenset()
    max_distance_km: float | None = None
    in_doubt: str | None = None
    own_concerns: tuple[OwnConcern, ...] = ()
    schools_turned_round: int | None = None
    pupils: int | None = None
    idaci_quintile: int | None = None
    supported_before: frozenset[str] = frozenset()
    by_entries: bool = False

    @property
    def half_days_left(self) -> int:
        """Half days not promised to anyone."""
        return max(0, self.half_days - self.committed_half_days)

    @property
    def places_left(self) -> int:
        """Schools the leader can take on beside those under way."""
        return max(0, self.max_concurrent - self.open_deployments)
