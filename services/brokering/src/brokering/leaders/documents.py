"""Leaders between the table's columns and the document of the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from brokering.domain.values import Flag
from brokering.leaders.schemas import LeaderFields

SAME_NAME = (
    "role",
    "base_urn",
    "region",
    "phases",
    "school_types",
    "strengths",
    "schools_in_organisation",
    "schools_turned_round",
    "max_concurrent",
    "max_distance_km",
    "remote",
)


def document(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Return a leader as the API shows it."""
    return {
        "id": str(row["id"]),
        "reference": row["reference"],
        **fields_of(row),
        "days_committed": float(row["days_committed"]),
        "open_deployments": int(row["open_deployments"]),
        "flags": [] if row["declared"] else [Flag.NOT_DECLARED.value],
        "source": row["source"] and _source(row["source"]),
        "updated_at": row["updated_at"],
    }


def _source(source: Mapping[str, Any]) -> dict[str, Any]:
    return {**source, "as_at_reason": None if source["as_at"] else "not_in_source"}


def fields_of(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Return the fields that a client may change, as it sends them."""
    organisation = {name: row[f"organisation_{name}"] for name in ("kind", "id", "name")}
    location = None if row["lat"] is None else {"lat": row["lat"], "lng": row["lng"]}
    same = {name: row[name] for name in SAME_NAME}
    return {**same, "organisation": organisation, "location": location, "days_available": float(row["days_available"])}


def columns_of(fields: LeaderFields) -> dict[str, Any]:
    """Return the table's columns for what a client sent."""
    return {
        **{name: getattr(fields, name) for name in SAME_NAME},
        "role": fields.role.value,
        "phases": sorted(set(fields.phases)),
        "school_types": sorted(set(fields.school_types)),
        "strengths": sorted(set(fields.strengths)),
        "organisation_kind": fields.organisation.kind.value,
        "organisation_id": fields.organisation.id,
        "organisation_name": fields.organisation.name,
        "lat": fields.location.lat if fields.location else None,
        "lng": fields.location.lng if fields.location else None,
        "days_available": fields.days_available,
    }


def tenancy_of(leader_id: UUID, reference: str) -> dict[str, Any]:
    """Return who may see a leader's own entry: the leader, under id or reference."""
    return {"tenancy_orgs": [f"leader:{leader_id}", f"leader:{reference}"]}
