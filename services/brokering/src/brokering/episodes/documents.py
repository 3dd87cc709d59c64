"""Episodes, balances and ledger entries as documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row

from brokering.domain.ledger import KINDS, Balances, Movement, balances, to_days
from brokering.domain.money import pounds

Document = dict[str, Any]


def episode_document(row: Row[Any]) -> Document:
    """Return an episode; `row` is the episode with its account and deployments."""
    return {
        "id": str(row.id),
        "need_id": str(row.need_id),
        "offer_id": str(row.offer_id),
        "leader_id": str(row.leader_id),
        "previous_episode_id": str(row.previous_episode_id) if row.previous_episode_id else None,
        "subject": {"kind": row.subject_kind, "id": row.subject_id, "name": row.subject_name},
        "state": row.state,
        "days": days_document(held_by(row)),
        "deployments": [_deployment(deployment) for deployment in row.deployments or []],
        "opened_on": row.opened_on,
        "opened_by": row.opened_by,
        "completed_on": row.completed_on,
        "history": row.history,
        "updated_at": row.updated_at,
    }


def held_by(account: Row[Any]) -> Balances:
    """Return the balances on an episode's or a deployment's account row."""
    return Balances(
        cap=account.cap_half_days,
        reserved=account.reserved_half_days,
        used=account.used_half_days,
        returned=account.returned_half_days,
    )


def held_by_episode(deployment: Row[Any]) -> Balances:
    """Return the balances of the whole episode on a deployment's row."""
    return Balances(
        cap=deployment.episode_cap_half_days,
        reserved=deployment.episode_reserved_half_days,
        used=deployment.episode_used_half_days,
        returned=deployment.episode_returned_half_days,
    )


def days_document(held: Balances) -> Document:
    """Return balances in days."""
    return {
        "cap": to_days(held.cap),
        "reserved": to_days(held.reserved),
        "used": to_days(held.used),
        "returned": to_days(held.returned),
        "remaining": to_days(held.reserved),
        "unallocated": to_days(held.cap - held.reserved - held.used),
    }


def entry_document(row: Row[Any]) -> Document:
    """Return one movement with its two legs."""
    return {
        "id": str(row.id),
        "kind": row.kind,
        "label": KINDS[row.kind].label,
        "days": to_days(row.half_days),
        "legs": [
            {"account": account.value, "days": to_days(half_days)}
            for account, half_days in Movement(row.kind, row.half_days).legs()
        ],
        "leader_id": str(row.leader_id),
        "deployment_id": str(row.deployment_id) if row.deployment_id else None,
        "on": row.effective_on,
        "recorded_at": row.recorded_at,
        "recorded_by": row.recorded_by,
        "note": row.note,
    }


def balances_after(cap: int, entries: Sequence[Row[Any]]) -> Balances:
    """Return the balances that these movements leave."""
    return balances(cap, (Movement(entry.kind, entry.half_days) for entry in entries))


def _deployment(deployment: Mapping[str, Any]) -> Document:
    in_days = {name: to_days(deployment[key]) for name, key in _IN_DAYS}
    kept = {name: deployment[name] for name in ("id", "leader_id", "offer_id", "from", "to", "grant_id", "ending")}
    rate = deployment["day_rate_pence"]
    return {**kept, **in_days, "day_rate": None if rate is None else pounds(rate)}


_IN_DAYS = (("days", "half_days"), ("used", "used"), ("returned", "returned"), ("claimed", "claimed"))
