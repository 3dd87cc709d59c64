"""Statements as the API shows them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any


def document(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Return a statement as the API shows it."""
    names = ("urn", "school_name", "stated_by", "role", "supersedes", "standing")
    return {**stated(row), **{name: row[name] for name in names}}


def stated(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Return what was said, from a row or from JSON within another."""
    names = ("org", "party", "support_wished", "areas", "form", "starts_on", "ends_on", "text")
    days, at = row["days"], row["stated_at"]
    return {
        "id": str(row["id"]),
        **{name: row[name] for name in names},
        "days": None if days is None else float(days),
        "stated_at": datetime.fromisoformat(at) if isinstance(at, str) else at,
    }
