"""Reads the support-policy documents of the package."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml

from brokering.domain.values import half_days


class WithoutGrant(StrEnum):
    """What becomes of an approval in a region that no deployment grant is on record for."""

    WARN = "warn"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class SupportPolicy:
    """One version: the cap in half days, how long each step may take, and the flags that parties are shown.

    `budget_warns_at` is the percentage of a budget's value, committed or claimed, from which it carries a warning.
    """

    version: int
    title: str
    effective_from: date
    cap_half_days: int
    leader_answers_in: timedelta
    leader_answers_at_most: timedelta
    school_agrees_in: timedelta
    director_approves_in: timedelta
    broker_offers_in: timedelta
    body_signs_in: timedelta
    fees_answered_in: timedelta
    without_grant: WithoutGrant
    budget_warns_at: int
    flags_for_parties: frozenset[str]


@lru_cache(maxsize=1)
def _policies() -> tuple[SupportPolicy, ...]:
    documents = yaml.safe_load((files(__package__) / "support.yaml").read_text("utf-8"))
    return tuple(sorted((_policy(document) for document in documents), key=lambda policy: policy.effective_from))


def support_policy(on: date) -> SupportPolicy:
    """Return the version in force on a date; before the first one, the first."""
    in_force = [policy for policy in _policies() if policy.effective_from <= on]
    return in_force[-1] if in_force else _policies()[0]


def _policy(document: dict[str, Any]) -> SupportPolicy:
    return SupportPolicy(
        version=int(document["version"]),
        title=str(document["title"]),
        effective_from=document["effective_from"],
        cap_half_days=half_days(document["cap_days"]),
        leader_answers_in=timedelta(days=document["leader_answers_in"]),
        leader_answers_at_most=timedelta(days=document["leader_answers_at_most"]),
        school_agrees_in=timedelta(days=document["school_agrees_in"]),
        director_approves_in=timedelta(days=document["director_approves_in"]),
        broker_offers_in=timedelta(days=document["broker_offers_in"]),
        body_signs_in=timedelta(days=document["body_signs_in"]),
        fees_answered_in=timedelta(days=document["fees_answered_in"]),
        without_grant=WithoutGrant(document["without_grant"]),
        budget_warns_at=int(document["budget_warns_at"]),
        flags_for_parties=frozenset(document["flags_for_parties"]),
    )
