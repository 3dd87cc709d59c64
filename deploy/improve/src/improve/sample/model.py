"""What a made-up school, trust or leader is before it is written in the official layouts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

NULL = "NULL"


@dataclass(frozen=True)
class Visit:
    """One inspection. `grades` in the order of its block's columns; texts exactly as the file writes them."""

    number: str
    starts_on: dt.date
    published_on: dt.date | None
    kind: str = "S5 Inspection"
    overall: str = NULL
    category: str = NULL
    safeguarding: str = NULL
    grades: tuple[str, ...] = ()
    outcome: str = NULL
    converted: bool = False
    before_conversion: bool = False
    relates: str | None = None
    urn_then: str | None = None


@dataclass(frozen=True)
class Place:
    """A region and one of its local authorities, with a rough centre."""

    region: str
    inspectorate_region: str
    authority: str
    code: str
    lat: float
    lng: float


@dataclass(frozen=True)
class Trust:
    """An invented trust: `uid` and `group_id` as in the groups file."""

    uid: str
    name: str
    home: Place
    single: bool = False


@dataclass(frozen=True)
class Stay:
    """A time in a trust, by the register's history of memberships."""

    trust: Trust
    joined_on: dt.date
    left_on: dt.date | None = None


@dataclass(frozen=True)
class School:
    """One row of either monthly file: older inspections newest first, then ungraded ones, then the report card.

    `came_from`: of schools it came from, by URN, an inspection that the earlier snapshot alone tells of.
    """

    urn: int
    name: str
    phase: str
    type: str
    place: Place
    number: int
    faith: str | None = None
    trust: Trust | None = None
    later_trust: Trust | None = None
    stays: tuple[Stay, ...] = ()
    opened_on: dt.date | None = None
    former_urn: int | None = None
    pupils: int | None = None
    quintile: int | None = None
    lat: float | None = None
    lng: float | None = None
    older: tuple[Visit, ...] = ()
    ungraded: tuple[Visit, ...] = ()
    card: Visit | None = None
    corrections: Mapping[str, Visit] = field(default_factory=dict)
    came_from: Mapping[int, Visit] = field(default_factory=dict)
    in_older_file: bool = True
    in_newer_file: bool = True

    def on_newer_file(self) -> School:
        """The school as the newer file tells it: moved to its later trust, inspections corrected."""
        older = tuple(self.corrections.get(visit.number, visit) for visit in self.older)
        return replace(self, trust=self.later_trust or self.trust, older=older)


@dataclass(frozen=True)
class Leader:
    """One line of the leaders' roster: organisations and roles, never a person's name."""

    reference: str
    role: str
    organisation_type: str
    organisation_id: str
    organisation_name: str
    base_urn: str
    region: str
    lat: float
    lng: float
    phases: str
    schools: str
    turned_round: str
    days: str
    concurrent: str


@dataclass(frozen=True)
class Link:
    """A row of the links file."""

    urn: int
    other: int
    other_name: str
    kind: str
    on: dt.date | None


@dataclass(frozen=True)
class Sample:
    """Everything that is written out."""

    schools: tuple[School, ...]
    trusts: tuple[Trust, ...]
    leaders: tuple[Leader, ...]
    links: tuple[Link, ...]
