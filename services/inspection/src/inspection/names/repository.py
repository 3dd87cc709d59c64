"""The SQL that finds names in spite of how they are typed."""

from functools import cache
from typing import Literal

from inspection.data import load
from inspection.domain.names import Variants, exact_patterns, near_patterns
from inspection.rows import Parameters

Match = Literal["exact", "near"]


def name_search(q: str, column: str, match: Match = "exact") -> tuple[str, Parameters]:
    """Return the clause for the folded names of `column` that match `q`; a trigram index serves its patterns."""
    patterns = exact_patterns(q, _variants()) if match == "exact" else _near(q)
    parameters: Parameters = {f"word_{number}": pattern for number, pattern in enumerate(patterns)}
    return " AND ".join(f"{column} ~ :{name}" for name in parameters) or "false", parameters


def _near(q: str) -> list[str]:
    return near_patterns(q, _variants(), **_limits())


@cache
def _variants() -> Variants:
    return [entry["variants"] for entry in load("name_variants")]


@cache
def _limits() -> dict[str, int]:
    return {entry["code"]: entry["value"] for entry in load("name_search")}
