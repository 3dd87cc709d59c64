"""The generator's tables: places, parts of names, kinds of school and the official header lines."""

from __future__ import annotations

import csv
import json
from functools import cache
from importlib.resources import files
from typing import Any

from .model import Place

OUTCOMES_AS_AT = "2019-11-30"
OLDER_AS_AT = "2025-08-31"
NEWER_AS_AT = "2026-05-31"
REGISTER_AS_AT = "2026-06-30"
PUPIL_YEARS = (2023, 2024)  # academic years by the year they begin in


@cache
def table(name: str) -> dict[str, Any]:
    """One of the package's JSON tables."""
    content: dict[str, Any] = json.loads(files(__package__).joinpath(f"{name}.json").read_text(encoding="utf-8"))
    return content


@cache
def header(name: str) -> tuple[str, ...]:
    """The columns of an official file, exactly as it writes them."""
    line = files(__package__).joinpath("headers", f"{name}.csv").read_text(encoding="utf-8")
    return tuple(next(csv.reader([line.strip()])))


@cache
def places() -> tuple[tuple[Place, int], ...]:
    """Every local authority with its weight, region by region."""
    found = []
    for region in table("places")["regions"]:
        for authority in region["authorities"]:
            place = Place(
                region["name"],
                region["inspectorate_region"],
                authority["name"],
                authority["code"],
                authority["lat"],
                authority["lng"],
            )
            found.append((place, int(authority["weight"])))
    return tuple(found)


def place_of(authority: str) -> Place:
    """The place of one local authority, by name."""
    return next(place for place, _ in places() if place.authority == authority)
