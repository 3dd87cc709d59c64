"""Reads the public register.

Only what may be public leaves: a support that the regional director has approved, and conflicts that do not rest on an
undecided judgement of some school (`own_organisation` may).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from brokering.cursors import id_after
from brokering.disclosures import repository
from brokering.disclosures.schemas import Disclosure
from brokering.domain.values import Flag
from brokering.reference.lists import code_lists
from brokering.table import header_of, rows_of
from shared.auth.tenancy import bind_system_claims
from shared.db.session import streaming_session
from shared.pagination import PageParameters, page_of
from shared.responses import csv_rows, ndjson, page_response, wants_csv, wants_ndjson

COMPUTED = (Flag.SAME_ORGANISATION, Flag.BROKER_COLLEAGUE)


async def register(request: Request, session: AsyncSession, page: PageParameters) -> Response:
    """Answer with a page of the register, or with all of it."""
    if wants_ndjson(request):
        return ndjson(_all(request), public=True)
    if wants_csv(request):
        return csv_rows(header_of(Disclosure), rows_of(Disclosure, _all(request)), public=True)
    await bind_system_claims(session)
    rows = await repository.page(session, id_after(page), page.limit + 1)
    total = await repository.count(session) if page.include_total else None
    documents = [document(row) for row in rows]
    found = page_of(request, page, documents, lambda each: (each["id"],), total=total)
    return page_response(request, found, public=True)


async def _all(request: Request) -> AsyncIterator[dict[str, Any]]:
    async with streaming_session(request) as session:
        await bind_system_claims(session)
        async for row in repository.stream(session):
            yield document(row)


def document(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Return an entry as the register shows it."""
    labels = {entry["code"]: entry["label"] for entry in code_lists()["conflict_kinds"]}
    organisation = row["organisation"] or {}
    return {
        "id": str(row["id"]),
        "subject": {"kind": row["subject_kind"], "id": row["subject_id"], "name": row["subject_name"]},
        "region": row["region"],
        "supporter": {
            "reference": row["leader_reference"],
            "role": row["leader_role"],
            **{f"organisation_{name}": organisation.get(name) for name in ("kind", "id", "name")},
        },
        "approved_on": row["approved_at"] and row["approved_at"][:10],
        "declared": [_interest(interest, labels) for interest in row["interests"]],
        "computed": [{"kind": flag.value, "label": labels[flag]} for flag in COMPUTED if flag in row["flags"]],
        "responsible_body": row["responsible_body"] or "not_asked",
    }


def _interest(interest: Mapping[str, Any], labels: Mapping[str, str]) -> dict[str, Any]:
    return {
        "kind": interest["kind"],
        "label": labels[interest["kind"]],
        "subject_kind": interest["subject"]["kind"],
        "subject_id": interest["subject"]["id"],
        "starts_on": interest["from"],
        "ends_on": interest["to"],
        "declared_at": interest["declared_at"],
    }
