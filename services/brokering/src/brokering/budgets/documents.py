"""Delivery partners, budgets, fees and entries of money as documents; amounts in pounds."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Row

from brokering.domain.money import pounds, reaches, told
from brokering.ledger.policy import support_policy

Document = dict[str, Any]


def partner_document(row: Row[Any]) -> Document:
    """Return a delivery partner."""
    named = {name: getattr(row, name) for name in ("code", "name", "regions", "history", "updated_at")}
    return {"id": str(row.id), **named}


def budget_document(row: Row[Any], on: date) -> Document:
    """Return a budget with what is left of it, and the warning that the policy of the day has for it."""
    return {
        "id": str(row.id),
        "kind": row.kind,
        "partner_id": str(row.partner_id) if row.partner_id else None,
        "title": row.title,
        "regions": row.regions,
        "starts_on": row.starts_on,
        "ends_on": row.ends_on,
        "value": pounds(row.value_pence),
        "committed": pounds(row.committed_pence),
        "claimed": pounds(row.claimed_pence),
        "remaining": pounds(row.value_pence - row.committed_pence - row.claimed_pence),
        "warning": _warning(row, support_policy(on).budget_warns_at),
        "history": row.history,
        "updated_at": row.updated_at,
    }


def _warning(row: Row[Any], percent: int) -> str | None:
    spoken_for = row.committed_pence + row.claimed_pence
    if not reaches(spoken_for, row.value_pence, percent):
        return None
    left = row.value_pence - spoken_for
    return f"{told(spoken_for)} of {told(row.value_pence)} is committed or claimed, and {told(left)} is left."


def entry_document(row: Row[Any]) -> Document:
    """Return one entry of money."""
    causes = {name: getattr(row, name) for name in ("deployment_id", "claim_id", "fee_id")}
    return {
        "id": str(row.id),
        "debit": row.debit,
        "credit": row.credit,
        "amount": pounds(row.amount_pence),
        **{name: str(value) if value else None for name, value in causes.items()},
        "recorded_at": row.recorded_at,
        "recorded_by": row.recorded_by,
    }


def fee_document(row: Row[Any]) -> Document:
    """Return a fee."""
    kept = ("kind", "region", "incurred_on", "description", "state", "entered_by", "entered_at", "answer", "updated_at")
    return {
        "id": str(row.id),
        "contract_id": str(row.contract_id),
        "amount": pounds(row.amount_pence),
        **{name: getattr(row, name) for name in kept},
    }
