"""Puts a set together: hand-made cases first, drawn schools up to the number asked for."""

from __future__ import annotations

import datetime as dt
from random import Random

from .cases import Cases
from .data import places
from .leaders import leaders
from .model import Link, Sample, School
from .names import Names, trusts
from .schools import Drawing

SEED = 4
SCHOOLS_TO_A_TRUST = 11


def build(schools: int, seed: int = SEED) -> tuple[Sample, Drawing]:
    """A set of about `schools` schools; the same numbers always give the same set."""
    rng = Random(seed)  # noqa: S311 - made-up data has to be repeatable, not secret
    names = Names(rng)
    run_by = trusts(rng, names, places(), max(18, schools // SCHOOLS_TO_A_TRUST))
    drawing = Drawing(rng, names, list(run_by))
    made, links = Cases(drawing).all()
    made += [drawing.drawn() for _ in range(schools - len(made))]
    led = leaders(rng, run_by, made)
    made += [*Cases(drawing).single_causes(), Cases(drawing).converted(), Cases(drawing).moved()]
    links += [link for school in made for link in _conversion(school)]
    return Sample(tuple(made), tuple(run_by), tuple(led), tuple(links)), drawing


def _conversion(school: School) -> list[Link]:
    if school.former_urn is None:
        return []
    on: dt.date | None = school.opened_on
    return [
        Link(school.urn, school.former_urn, f"{school.name} (before)", "Predecessor", on),
        Link(school.former_urn, school.urn, school.name, "Successor", on),
    ]
