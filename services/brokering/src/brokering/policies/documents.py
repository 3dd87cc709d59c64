"""Reads the matching-policy documents of the package into the domain's values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml

from brokering.domain.matching_policy import (
    ConflictKind,
    MatchingPolicy,
    Part,
    RecheckPolicy,
    SchoolTypePolicy,
    SuitabilityPolicy,
    Treatment,
)
from brokering.domain.rechecks import Conditions
from brokering.domain.values import NeedsFrom, half_days


@lru_cache(maxsize=1)
def documents() -> tuple[dict[str, Any], ...]:
    """Return every version as published, oldest first."""
    loaded = yaml.safe_load((files(__package__) / "matching.yaml").read_text("utf-8"))
    return tuple(sorted(loaded, key=lambda document: int(document["version"])))


@lru_cache(maxsize=16)
def matching_policy(version: int | None = None) -> MatchingPolicy | None:
    """Return one version (the newest by default), or None where there is no such version."""
    chosen = [d for d in documents() if version is None or d["version"] == version]
    return _policy(chosen[-1]) if chosen else None


def with_weights(policy: MatchingPolicy, weights: Mapping[str, int]) -> MatchingPolicy:
    """Return the policy with some parts weighted otherwise; raises ValueError where nothing weighs anything."""
    merged = {**policy.suitability.weights, **{Part(part): weight for part, weight in weights.items()}}
    if sum(merged.values()) <= 0 or min(merged.values()) < 0:
        raise ValueError("weights are not negative, and one at least is above zero")
    return replace(policy, suitability=replace(policy.suitability, weights=merged))


def _policy(document: Mapping[str, Any]) -> MatchingPolicy:
    return MatchingPolicy(
        version=int(document["version"]),
        title=str(document["title"]),
        effective_from=document["effective_from"],
        needs_from=NeedsFrom(document["needs_from"]),
        default_half_days=half_days(document["days"]["default"]),
        half_days_cap=half_days(document["days"]["cap"]),
        window_days=int(document["window_days"]),
        distance_cap_km=float(document["distance_cap_km"]),
        phase_equivalents={phase: tuple(others) for phase, others in document["phase_equivalents"].items()},
        interest_years=int(document["interest_years"]),
        answer_working_days=int(document["answer_working_days"]),
        conflicts={kind: Treatment(document["conflicts"][kind]) for kind in ConflictKind},
        priority_weights={int(priority): int(weight) for priority, weight in document["priority_weights"].items()},
        next_best=int(document["next_best"]),
        relaxations=int(document["relaxations"]),
        relaxation_costs={name: int(cost) for name, cost in document["relaxation_costs"].items()},
        distance_bands_km=tuple(float(edge) for edge in document["distance_bands_km"]),
        suitability=_suitability(document["suitability"]),
        school_types=_school_types(document["school_types"]),
        recheck=_recheck(document["designation_recheck"]),
        both_or_none=bool(document["split"]["both_or_none"]),
        stability=int(document["stability"]),
        cross_region=bool(document["cross_region"]),
    )


def _suitability(document: Mapping[str, Any]) -> SuitabilityPolicy:
    return SuitabilityPolicy(
        weights={part: int(document["weights"][part]) for part in Part},
        neutral=int(document["neutral"]),
        unknown_place=int(document["unknown_place"]),
        remote_distance=int(document["remote_distance"]),
        type_unfit=int(document["type_unfit"]),
        phase_breadth=tuple(int(value) for value in document["phase_breadth"]),
        turnaround_full_at=int(document["turnaround_full_at"]),
        quintile_step=int(document["quintile_step"]),
    )


def _school_types(document: Mapping[str, Any]) -> SchoolTypePolicy:
    kinds = {code: kind for kind, found in document["types"].items() for code in found}
    return SchoolTypePolicy(Treatment(document["treatment"]), kinds)


def _recheck(document: Mapping[str, Any]) -> RecheckPolicy:
    return RecheckPolicy(
        treatment=Treatment(document["treatment"]),
        answer_days=int(document["answer_days"]),
        own_school=_conditions(document["own_school"]),
        own_trust=_conditions(document["own_trust"]),
    )


def _conditions(document: Mapping[str, Any]) -> Conditions:
    areas = {area: frozenset(grades) for area, grades in document["areas"].items()}
    return Conditions(frozenset(document["categories"]), frozenset(document["overall"]), areas)


def current_policy() -> MatchingPolicy:
    """Return the newest version."""
    policy = matching_policy()
    if policy is None:
        raise LookupError("the package holds no matching policy")
    return policy
