"""What a decision may say, by the policy version that proposed: tiers, the routes and actions of each, and reasons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a decision: the field, what is wrong, and a code for it."""

    field: str
    detail: str
    code: str


def faults(
    rules: Mapping[str, Any] | None,
    *,
    proposed: str,
    tier: str,
    route: str | None,
    actions: Sequence[str],
    reason: str | None,
) -> list[Fault]:
    """Everything wrong with a decision; `rules` is the `decision` part of the policy version, None without one."""
    if rules is None:
        return [Fault("assessment_id", "Nothing is decided under this scheme.", "not_decided_under_this_scheme")]
    if tier not in rules["tiers"]:
        return [Fault("tier", f"The tier is one of {', '.join(rules['tiers'])}.", "unknown_tier")]
    found = []
    routes = rules["routes"].get(tier, [])
    if route is not None and route not in routes:
        found.append(Fault("route", _choices("route", tier, routes), "unknown_route"))
    allowed = rules["actions"].get(tier, [])
    found += [
        Fault(f"actions/{place}", _choices("action", tier, allowed), "unknown_action")
        for place, action in enumerate(actions)
        if action not in allowed
    ]
    if tier != proposed and not reason:
        found.append(Fault("reason", f"{proposed} was proposed: say why {tier} is decided.", "reason_required"))
    return found


def _choices(what: str, tier: str, allowed: Sequence[str]) -> str:
    return f"Of {tier}, the {what} is one of {', '.join(allowed)}." if allowed else f"{tier} has no {what}."
