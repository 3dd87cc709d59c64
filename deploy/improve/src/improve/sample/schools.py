"""Draws made-up schools: kind, place, trust, roll and history."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from .data import places, table
from .histories import PATTERNS, Histories, History
from .model import Place, School, Trust, Visit
from .names import Names

FIRST_URN, FIRST_FORMER_URN = 700_001, 600_001
WITHOUT_TRUST, FORMER_EVIDENCE, WITHOUT_LOCATION, MOVED, LEFT, JOINED = 0.07, 0.28, 0.04, 0.015, 0.015, 0.01
ROLL_UNKNOWN, FAITH_ACADEMY = 0.01, 0.12
TERM_ENDS = 7


@dataclass
class Drawing:
    """The state of one run: the random source, running numbers and the trusts to choose from."""

    rng: Random
    names: Names
    trusts: list[Trust]

    def __post_init__(self) -> None:
        self._kinds = table("kinds")
        self._urns = itertools.count(FIRST_URN)
        self._former = itertools.count(FIRST_FORMER_URN)
        self._visits = itertools.count(90_000_001)
        self._numbers: dict[str, itertools.count[int]] = {}
        self._places, self._weights = zip(*places(), strict=True)
        self._near: dict[str, list[Trust]] = {}
        for trust in self.trusts:
            self._near.setdefault(trust.home.region, []).append(trust)

    def one_of(self, weights: dict[str, int]) -> str:
        """A key of a table of weights."""
        return self.rng.choices(list(weights), list(weights.values()))[0]

    def place(self) -> Place:
        """A local authority, the larger the likelier."""
        place: Place = self.rng.choices(self._places, self._weights)[0]
        return place

    def histories(self, phase: str) -> Histories:
        """A maker of inspections for one school."""
        return Histories(self.rng, phase, self._visits)

    def school(self, *, phase: str | None = None, kind: str | None = None, place: Place | None = None) -> School:
        """A school without inspections."""
        phase = phase or self.one_of(self._kinds["phases"])
        kind = kind or self.one_of(self._kinds["types"][phase])
        place = place or self.place()
        faith = self._faith(kind)
        trust = self._trust(kind, place)
        urn = next(self._urns)
        low, high = self._kinds["rolls"][phase]
        here = self.rng.random() >= WITHOUT_LOCATION
        number = next(self._numbers.setdefault(place.code, itertools.count(2001)))
        return School(
            urn, self.names.school(phase, faith=faith), phase, kind, place, number, faith, trust,
            opened_on=dt.date(self.rng.randint(2012, 2021), 9, 1) if _academy(kind) else None,
            pupils=self.rng.randint(low, high) if self.rng.random() > ROLL_UNKNOWN else None,
            quintile=self.rng.randint(1, 5),
            lat=round(place.lat + self.rng.uniform(-0.07, 0.07), 5) if here else None,
            lng=round(place.lng + self.rng.uniform(-0.09, 0.09), 5) if here else None,
        )  # fmt: skip

    def drawn(self) -> School:
        """A school with a history, and now and then a change between the two files."""
        school = self.school()
        history = PATTERNS[self.one_of(self._kinds["histories"])](self.histories(school.phase))
        school = with_history(school, history)
        if school.type in self._kinds["former_types"] and self.rng.random() < FORMER_EVIDENCE:
            school = self.under_former_urn(school)
        return self._changed(school)

    def under_former_urn(self, school: School) -> School:
        """The school opened as an academy after its older inspections, which keep its former URN."""
        former = next(self._former)
        older = tuple(_before_conversion(visit, former) for visit in school.older)
        ungraded = school.ungraded if not any(visit.converted for visit in school.ungraded) else ()
        last = max((visit.starts_on for visit in older), default=dt.date(2019, 7, 1))
        opened = dt.date(last.year + (last.month >= TERM_ENDS), 9, 1)
        return replace(school, former_urn=former, older=older, ungraded=ungraded, opened_on=opened)

    def _changed(self, school: School) -> School:
        drawn = self.rng.random()
        if drawn < MOVED and school.trust is not None:
            others = [trust for trust in self._near[school.place.region] if trust != school.trust and not trust.single]
            return replace(school, later_trust=self.rng.choice(others or [school.trust]))
        if MOVED <= drawn < MOVED + LEFT and school.card is None:
            return replace(school, in_newer_file=False)
        return replace(school, in_older_file=not MOVED + LEFT <= drawn < MOVED + LEFT + JOINED)

    def _trust(self, kind: str, place: Place) -> Trust | None:
        if not _academy(kind) or self.rng.random() < WITHOUT_TRUST:
            return None
        near = self._near[place.region]
        trust = self.rng.choice(near)
        if trust.single:
            near.remove(trust)
        return trust

    def _faith(self, kind: str) -> str | None:
        if kind in self._kinds["faith_types"] or (_academy(kind) and self.rng.random() < FAITH_ACADEMY):
            return self.one_of(self._kinds["faiths"])
        return None


def with_history(school: School, history: History) -> School:
    """The school with its inspections."""
    return replace(school, older=history.older, ungraded=history.ungraded, card=history.card)


def _before_conversion(visit: Visit, former: int) -> Visit:
    return replace(visit, relates="No", urn_then=str(former), before_conversion=True)


def _academy(kind: str) -> bool:
    trust_run: tuple[Any, ...] = ("Academy", "Free School", "University Technical", "Studio")
    return kind.startswith(trust_run)
