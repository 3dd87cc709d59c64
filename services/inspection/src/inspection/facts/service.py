"""The facts documents, put together in bulk."""

import hashlib
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from typing import Any

import orjson
from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from inspection.dashboards.figures import VALUE
from inspection.domain.register import counted_as
from inspection.facts import repository
from inspection.inspections.service import area_grades, inspection_core, warning_documents
from inspection.inspections.service import source_document as inspection_source
from inspection.rows import Row
from inspection.schools.service import school_parts, source_document
from shared.auth import Principal
from shared.db.session import streaming_session
from shared.pagination import PageParameters, page_of
from shared.responses import dumps, json_response, ndjson, page_response, wants_ndjson

Document = dict[str, Any]

MISSING_FROM_NEWER_FILE = "missing_from_newer_file"
STREAM_BATCH = 500
STEP = 25
"""Schools whose documents are made at once; others' reads are served between two steps."""
THE_SERVICES = "service"
"""The organisation of the platform's own clients, which go by the day themselves."""


def facts_document(school: Row, inspections: Sequence[Row], stays: Sequence[Row]) -> Document:
    """Return the facts of a school. Its version leaves out provenance: the same facts loaded again are the same."""
    parts = school_parts(school)
    content: Document = {
        "urn": school["urn"],
        "name": school["name"],
        "phase": school["phase"],
        "type": parts["type"],
        "status": school["status"],
        "open_date": school["open_date"],
        "region": school["region"],
        "local_authority": parts["local_authority"],
        "responsible_body": {
            **parts["responsible_body"],
            "counted_as": counted_as(school["rb_kind"], school["rb_id"], school["trust_kind"]),
        },
        "trust": parts["trust"],
        "memberships": [_stay(row) for row in stays],
        "pupils": school["pupils"],
        "fsm_ever6": _meals(school),
        "idaci_quintile": school["idaci_quintile"],
        "location": parts["location"],
        "religious_character": school["religious_character"],
        "report_url": school["report_url"],
        "inspections": [_inspection(row) for row in inspections],
        "warnings": warning_documents([MISSING_FROM_NEWER_FILE] if school["missing_since"] else []),
    }
    version = hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()
    for document, row in zip(content["inspections"], inspections, strict=True):
        document["source"] = inspection_source(row)
    return {**content, "facts_version": version, "source": source_document(school)}


def _meals(school: Row) -> Document:
    told = school["meals_status"] == VALUE
    return {
        "status": school["meals_status"],
        "percent": school["meals_percent"] if told else None,
        "estimate": int(school["meals_estimate"]) if told else None,
        "census": school["meals_period"],
        "as_at": school["meals_as_at"],
    }


def _stay(row: Row) -> Document:
    return {
        "trust_uid": row["trust_uid"],
        "joined_on": row["joined_on"],
        "joined_assumed": row["assumed"],
        "left_on": row["left_on"],
    }


def _inspection(row: Row) -> Document:
    return {**inspection_core(row), "areas": area_grades(row)}


def sees_ahead(principal: Principal) -> bool:
    """Tell whether facts hold inspections published for a later day too; others get them on the day."""
    return principal.org.kind == THE_SERVICES


async def _documents_of(reads: AsyncConnection, schools: Sequence[Row], *, ahead: bool) -> list[orjson.Fragment]:
    """Return the facts of these schools as JSON; two more statements a step."""
    documents: list[orjson.Fragment] = []
    for start in range(0, len(schools), STEP):
        step = schools[start : start + STEP]
        urns = [school["urn"] for school in step]
        evidence = _by_school(await repository.evidence(reads, urns, ahead=ahead))
        stays = _by_school(await repository.stays(reads, urns))
        made = (facts_document(school, evidence[school["urn"]], stays[school["urn"]]) for school in step)
        documents += [orjson.Fragment(dumps(document)) for document in made]
    return documents


def _by_school(rows: Sequence[Row]) -> dict[int, list[Row]]:
    grouped: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[row["urn"]].append(row)
    return grouped


async def list_facts(request: Request, reads: AsyncConnection, principal: Principal, page: PageParameters) -> Response:
    """Answer with one page of facts by URN, or with all of them as a stream."""
    ahead = sees_ahead(principal)
    if wants_ndjson(request):
        return ndjson(_all_documents(request, ahead=ahead))
    after = page.key(int)
    schools = await repository.schools_after(reads, 0 if after is None else after[0], page.limit + 1)
    total = await repository.count(reads) if page.include_total else None
    body = page_of(request, page, schools, lambda school: (school["urn"],), total=total)
    body["data"] = await _documents_of(reads, body["data"], ahead=ahead)
    return page_response(request, body)


async def _all_documents(request: Request, *, ahead: bool) -> AsyncIterator[orjson.Fragment]:
    async with streaming_session(request) as session:
        connection = await session.connection()
        last = 0
        while schools := await repository.schools_after(connection, last, STREAM_BATCH):
            for document in await _documents_of(connection, schools, ahead=ahead):
                yield document
            last = schools[-1]["urn"]


async def lookup_facts(request: Request, reads: AsyncConnection, principal: Principal, urns: Sequence[int]) -> Response:
    """Answer with the facts of these schools, and the URNs the register does not hold."""
    wanted = sorted(set(urns))
    found: set[int] = set()
    documents: list[orjson.Fragment] = []
    for start in range(0, len(wanted), STEP):
        schools = await repository.schools_by_urn(reads, wanted[start : start + STEP])
        found.update(school["urn"] for school in schools)
        documents += await _documents_of(reads, schools, ahead=sees_ahead(principal))
    missing = [urn for urn in dict.fromkeys(urns) if urn not in found]
    return json_response(request, {"data": documents, "missing": missing})
