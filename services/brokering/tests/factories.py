"""Plain functions that make needs and leaders with sensible defaults."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from brokering.domain.matching import Leader, Need
from brokering.domain.matching_policy import ConflictKind, MatchingPolicy, Treatment
from brokering.domain.places import Place
from brokering.domain.values import Window, body_keys
from brokering.policies.documents import matching_policy

WINDOW = Window(date(2026, 1, 1), date(2026, 12, 31))
LONDON = Place(51.5, -0.1)


def default_policy() -> MatchingPolicy:
    policy = matching_policy(1)
    assert policy is not None
    return policy


def treating(kind: ConflictKind, treatment: Treatment, **changes: Any) -> MatchingPolicy:
    """The default policy with one kind of conflict treated otherwise."""
    policy = default_policy()
    return replace(policy, conflicts={**policy.conflicts, kind: treatment}, **changes)


def need(number: int = 1, **changes: Any) -> Need:
    urn = 100000 + number
    values: dict[str, Any] = {
        "id": f"need-{number}",
        "key": f"school:{urn:09d}",
        "subject_kind": "school",
        "subject_id": str(urn),
        "name": f"School {number}",
        "half_days": 20,
        "areas": frozenset(),
        "priority": 1,
        "provisional": False,
        "region": "London",
        "phase": "primary",
        "place": LONDON,
        "bodies": body_keys("local_authority", "201", "City of London"),
    }
    return Need(**{**values, **changes})


def leader(number: int = 1, **changes: Any) -> Leader:
    values: dict[str, Any] = {
        "id": f"leader-{number}",
        "reference": f"CEO-{number:05d}",
        "role": "trust_ceo",
        "phases": frozenset({"primary"}),
        "half_days": 40,
        "max_concurrent": 2,
        "region": "London",
        "place": LONDON,
        "bodies": body_keys("trust", str(5000 + number), None),
        "organisation_name": f"Trust {number}",
        "schools_turned_round": 2,
    }
    return Leader(**{**values, **changes})
