"""What a decision may say, by the policy version that proposed: tiers, the routes and actions of each, and reasons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a decision: the field, what is wrong, and a code for it."""

    field: str
    detail: str
    code: str


@dataclass(frozen=True, slots=True)
class Required:
    """What a decision on a tier must hold: a route, an action, and the parties with whether each is named."""

    route: bool
    action: bool
    consulted: Mapping[str, bool]


def faults(
    rules: Mapping[str, Any] | None,
    *,
    proposed: str,
    tier: str,
    route: str | None,
    actions: Sequence[str],
    reason: str | None,
    required: Required,
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
    if required.route and route is None and routes:
        found.append(Fault("route", f"{tier} needs a route: {', '.join(routes)}.", "route_required"))
    if required.action and not actions:
        found.append(Fault("actions", f"{tier} needs an action: {', '.join(allowed)}.", "action_required"))
    return found + _unheard(tier, required.consulted)


def effective_faults(
    procedure: Mapping[str, Any], *, effective_on: date, proposed_on: date, on: date, reason: str | None
) -> list[Fault]:
    """What is wrong with the day from which a decision made `on` a day takes effect; `proposed_on`: the proposal's."""
    rules = procedure["decision"].get("effective")
    if rules is None:
        return []
    latest = on + timedelta(days=rules["days_ahead"])
    if effective_on > latest:
        return [Fault("effective_on", f"A decision takes effect by {latest} at the latest.", "too_far_ahead")]
    if effective_on < proposed_on and not reason:
        detail = f"The proposal is of {proposed_on}: an earlier day needs a reason."
        return [Fault("effective_on", detail, "before_the_proposal")]
    return []


def _unheard(tier: str, consulted: Mapping[str, bool]) -> list[Fault]:
    missing = [party for party, named in consulted.items() if not named]
    if not missing:
        return []
    return [Fault("consulted", f"{tier} is decided in discussion; not named: {', '.join(missing)}.", "not_consulted")]


def requirements(
    procedure: Mapping[str, Any], *, tier: str, consulted: Sequence[str], body_org: str | None, urgent: bool
) -> Required:
    """What the procedure asks of a decision on a tier. The responsible body may be named by its organisation."""
    rules = procedure["decision"]
    names = {"responsible_body": body_org}
    parties = [] if urgent else rules["consulted_required"].get(tier, [])
    return Required(
        route=tier in rules["route_required"],
        action=tier in rules["action_required"],
        consulted={party: party in consulted or names.get(party) in consulted for party in parties},
    )


def _choices(what: str, tier: str, allowed: Sequence[str]) -> str:
    return f"Of {tier}, the {what} is one of {', '.join(allowed)}." if allowed else f"{tier} has no {what}."
