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
            lines.append(f"{urn} (step {expected[urn].step}): expected {ours}, told {theirs}")
    return lines


def excerpt(lines: list[str]) -> str:
    """The first lines and how many there are."""
    return f"{len(lines)} schools differ:\n" + "\n".join(lines[:SHOWN])


def _ours(one: Assessed, scheme: str) -> tuple[str, list[str], list[str]]:
    if scheme == "ippr-2023":
        return one.ippr, sorted(one.flags), sorted(one.action_areas)
    return one.rise, sorted(one.flags & {"stuck"}), sorted(one.action_areas)


def _theirs(one: Document, scheme: str) -> tuple[str, list[str], list[str]]:
    flags = set(one["flags"]) if scheme == "ippr-2023" else set(one["flags"]) & {"stuck"}
    return one["result"], sorted(flags), sorted(one["action_areas"])
