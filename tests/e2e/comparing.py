"""Compares what the platform says of every school with the independent reading."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.e2e.platform import Document, Platform

if TYPE_CHECKING:
    from tests.e2e.oracle import Assessed

SHOWN = 25


def assessments(platform: Platform, scheme: str, **query: str) -> dict[int, Document]:
    """The current assessment of every school under a scheme (or those of a run); each school once."""
    found: dict[int, Document] = {}
    for one in platform.stream("triage", "/v1/assessments", scheme=scheme, **query):
        assert one["urn"] not in found, f"{one['urn']} is listed twice"
        found[one["urn"]] = one
    return found


def differences(told: dict[int, Document], expected: dict[int, Assessed], scheme: str) -> list[str]:
    """Every school of which the platform says something else, in words."""
    lines = [f"{urn}: no assessment" for urn in sorted(set(expected) - set(told))]
    lines += [f"{urn}: assessed, but in no file" for urn in sorted(set(told) - set(expected))]
    for urn in sorted(set(told) & set(expected)):
        ours, theirs = _ours(expected[urn], scheme), _theirs(told[urn], scheme)
        if ours != theirs:
            lines.append(f"{urn}: expected {ours}, told {theirs}")
    return lines


def excerpt(lines: list[str]) -> str:
    """The first lines and how many there are."""
    return f"{len(lines)} schools differ:\n" + "\n".join(lines[:SHOWN])


def _ours(one: Assessed, scheme: str) -> dict[str, object]:
    both: dict[str, object] = {
        "flags": sorted(one.flags),
        "areas": sorted(one.action_areas),
        "category": one.category,
    }
    if scheme == "ippr-2023":
        return {**both, "result": one.ippr, "step": one.step}
    return {**both, "result": one.rise, "category_missing": one.category_missing}


def _theirs(one: Document, scheme: str) -> dict[str, object]:
    told: dict[str, object] = {
        "flags": sorted(one["flags"]),
        "areas": sorted(one["action_areas"]),
        "category": one["category_of_concern"],
        "result": one["result"],
    }
    if scheme == "ippr-2023":
        steps = [reason["step"] for reason in one["reasons"] if reason["decisive"]]
        return {**told, "step": {"-": "none"}.get(steps[0], steps[0]) if len(steps) == 1 else steps}
    return {**told, "category_missing": "category_missing" in one["warnings"]}
