"""Reads of the register: what to ask, and the documents to answer with."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from inspection.audit import table
from inspection.places.service import locate, place_document
from inspection.problems import SchoolNotFound, not_kept_on_that_date
from inspection.reference.service import codes
from inspection.rows import Row
from inspection.schools import repository
from inspection.schools.listing_sql import Position, SchoolFilters
from inspection.schools.schemas import SchoolLookup
from shared.clock import today
from shared.db.session import streaming_session
from shared.errors import invalid
from shared.pagination import PageParameters, page_of
from shared.responses import csv_rows, each, json_response, ndjson, page_response, wants_csv, wants_ndjson

Document = dict[str, Any]

CSV_COLUMNS = (
    "urn", "laestab", "ukprn", "name", "phase", "type_code", "status", "open_date", "region", "la_code", "rb_kind",
    "rb_id", "rb_reason", "trust_uid", "trust_name", "postcode", "pupils", "low_age", "high_age", "sixth_form",
    "sixth_form_reason", "idaci_quintile", "religious_character", "close_date", "capacity", "urban_rural", "sponsor",
    "federation_uid", "federation", "known_since", "lat", "lng", "has_report_card", "report_url", "source_name",
    "source_as_at",
)  # fmt: skip
MEMBERSHIP_COLUMNS = (
    "urn", "trust_uid", "trust_name", "trust_kind", "joined_on", "left_on", "first_seen_on", "assumed", "source_name",
    "source_as_at",
)  # fmt: skip
SOMETIMES_UNKNOWN = (
    "laestab", "ukprn", "open_date", "postcode", "pupils", "low_age", "high_age", "sixth_form", "idaci_quintile",
    "religious_character", "report_url", "capacity", "urban_rural",
)  # fmt: skip
NOT_IN_SOURCE = "not_in_source"
LOCAL_AUTHORITY = "local_authority"
LOADED = "loaded"


def source_document(row: Row) -> Document:
    """Return where a row came from."""
    return {"name": row["source_name"], "as_at": row["source_as_at"], "loaded_at": row["source_loaded_at"]}


def school_parts(row: Row) -> Document:
    """Return the parts of a school that several documents show alike."""
    trust = {"uid": row["trust_uid"], "name": row["trust_name"], "kind": row["trust_kind"]}
    return {
        "type": {"code": row["type_code"], "label": codes().label("school_types", row["type_code"])},
        "local_authority": local_authority(row),
        "responsible_body": responsible_body(row),
        "trust": trust if row["trust_uid"] else None,
        "location": {"lat": row["lat"], "lng": row["lng"]} if row["lat"] is not None else None,
    }


def local_authority(row: Row) -> Document:
    """Return the local authority the school lies in."""
    return {"code": row["la_code"], "name": codes().label("local_authorities", row["la_code"])}


def responsible_body(row: Row) -> Document:
    """Return who answers for the school; an id that the source does not give is null with the reason."""
    name = row["trust_name"]
    if row["rb_kind"] == LOCAL_AUTHORITY and row["rb_id"]:
        name = codes().label("local_authorities", row["rb_id"])
    return {"kind": row["rb_kind"], "id": row["rb_id"], "name": name, "reason": row["rb_reason"]}


def school_document(row: Row) -> Document:
    """Return the School document of a row."""
    parts = school_parts(row)
    federation = {"uid": row["federation_uid"], "name": row["federation"]}
    unknown = {field: NOT_IN_SOURCE for field in SOMETIMES_UNKNOWN if row[field] is None}
    if row["sixth_form"] is None:
        unknown["sixth_form"] = row["sixth_form_reason"] or NOT_IN_SOURCE
    if parts["location"] is None:
        unknown["location"] = NOT_IN_SOURCE
    return {
        "urn": row["urn"],
        "laestab": row["laestab"],
        "ukprn": row["ukprn"],
        "name": row["name"],
        "phase": row["phase"],
        "type": parts["type"],
        "status": row["status"],
        "open_date": row["open_date"],
        "region": row["region"],
        "local_authority": parts["local_authority"],
        "responsible_body": parts["responsible_body"],
        "trust": parts["trust"],
        "postcode": row["postcode"],
        "pupils": row["pupils"],
        "low_age": row["low_age"],
        "high_age": row["high_age"],
        "sixth_form": row["sixth_form"],
        "idaci_quintile": row["idaci_quintile"],
        "religious_character": row["religious_character"],
        "close_date": row["close_date"],
        "capacity": row["capacity"],
        "urban_rural": row["urban_rural"],
        "sponsor": row["sponsor"],
        "federation": federation if row["federation_uid"] else None,
        "location": parts["location"],
        "has_report_card": row["has_report_card"],
        "report_url": row["report_url"],
        "missing_since": row["missing_since"],
        "known_since": row["known_since"],
        "unknown": unknown,
        "source": source_document(row),
    }


async def list_schools(
    request: Request,
    reads: AsyncConnection,
    filters: SchoolFilters,
    page: PageParameters,
    *,
    show: Callable[[Document], Document] = dict,
) -> Response:
    """Answer with one page of schools, or with all of them as a stream; the order is that of `repository.page`."""
    filters = await settle(reads, filters)
    if wants_ndjson(request):
        return ndjson(_documents(request, filters, show))
    if wants_csv(request):
        return csv_rows([*CSV_COLUMNS, *(["distance_km"] if filters.place else [])], _table(request, filters))
    return page_response(request, await found_page(request, reads, filters, page, show))


async def found_page(
    request: Request,
    reads: AsyncConnection,
    filters: SchoolFilters,
    page: PageParameters,
    show: Callable[[Document], Document] = dict,
) -> Document:
    """Return one page of the schools that settled filters find, and how they were found."""
    rows = await repository.page(reads, filters, after=_position(page), limit=page.limit + 1)
    total = await repository.count(reads, filters) if page.include_total else None
    body = page_of(request, page, rows, lambda row: (row["rank"], row["urn"]), total=total)
    body["data"] = [show(found_document(row, filters)) for row in body["data"]]
    return {**body, **_how_found(filters)}


async def settle(reads: AsyncConnection, filters: SchoolFilters) -> SchoolFilters:
    """Return the filters with the postcode located, and names matched nearly where none matches exactly.

    Raises Unprocessable for a date the register cannot answer for, and for a postcode or a trust that nobody knows.
    """
    if filters.as_of is not None:
        check_as_of(filters.as_of, await repository.known_since(reads))
    uid = filters.trust
    if uid is not None and not await repository.trust_exists(reads, uid, codes().trust_kinds):
        raise invalid("trust", f"No trust in the register carries the UID {uid!r}.", "unknown_code")
    if filters.near is not None:
        filters = replace(filters, place=await locate(reads, filters.near, "near"))
    if filters.q is not None and not await repository.any_matches(reads, filters):
        filters = replace(filters, match="near")
    return filters


def _position(page: PageParameters) -> Position | None:
    key = page.key(int, int)
    if key is None:
        return None
    rank, urn = key
    return int(rank or 0), int(urn or 0)


def _how_found(filters: SchoolFilters) -> Document:
    search = {"search": {"q": filters.q, "match": filters.match}} if filters.q is not None else {}
    return {**search, **({"near": place_document(filters.place)} if filters.place else {})}


def found_document(row: Row, filters: SchoolFilters) -> Document:
    """Return a school as a list shows it: with its distance where the list is near to some place."""
    document = school_document(row)
    if filters.place is not None:
        document["distance_km"] = distance_km(row)
        if document["distance_km"] is None:
            document["unknown"]["distance_km"] = "location_unknown"
    return document


def distance_km(row: Row) -> float | None:
    """Return how far a school of a list near to some place is; None where nobody knows where it lies."""
    return None if row["lat"] is None else round(row["rank"] / 1000, 2)


async def _documents(
    request: Request, filters: SchoolFilters, show: Callable[[Document], Document]
) -> AsyncIterator[Document]:
    async with streaming_session(request) as session:
        async for row in repository.stream(session, filters):
            yield show(found_document(row, filters))


async def _table(request: Request, filters: SchoolFilters) -> AsyncIterator[Sequence[Any]]:
    async with streaming_session(request) as session:
        async for row in repository.stream(session, filters):
            distance = [distance_km(row)] if filters.place else []
            yield [*(row[column] for column in CSV_COLUMNS), *distance]


async def get_school(request: Request, reads: AsyncConnection, urn: int, as_of: date | None) -> Response:
    """Answer with one school."""
    row = await known_school(reads, urn, as_of)
    if as_of is not None:
        row = await repository.find_then(reads, urn, as_of) or row
    return json_response(request, school_document(row))


async def known_school(reads: AsyncConnection, urn: int, as_of: date | None) -> Row:
    """Return a school as it is now.

    Raises SchoolNotFound, and Unprocessable for a date that the register cannot answer for.
    """
    row = await repository.find(reads, urn)
    if row is None:
        raise SchoolNotFound(f"No school in the register carries the URN {urn}.")
    if as_of is not None:
        check_as_of(as_of, row["known_since"])
    return row


def check_as_of(as_of: date, since: date | None) -> None:
    """Refuse a date the register cannot answer for: before the first file, or in the future."""
    if as_of > today():
        raise not_kept_on_that_date("The register cannot tell a date in the future.")
    if since is None or as_of < since:
        text = since.isoformat() if since else "no date yet"
        raise not_kept_on_that_date(
            f"Nothing is known of the days before {text}; memberships and inspections reach further back."
        )


async def get_audit(request: Request, reads: AsyncConnection, urn: int, page: PageParameters) -> Response:
    """Answer with what loads changed of a school's register fields, newest first."""
    if await repository.find(reads, urn) is None:
        raise SchoolNotFound(f"No school in the register carries the URN {urn}.")
    if table.wants_all(request):
        every = await repository.audit(reads, urn, after=None, limit=None)
        return table.whole(request, map(_audit_entry, every))
    key = page.key(int)
    rows = await repository.audit(reads, urn, after=None if key is None else int(key[0] or 0), limit=page.limit + 1)
    total = await repository.count_audit(reads, urn) if page.include_total else None
    body = page_of(request, page, rows, lambda row: (row["source_id"],), total=total)
    body["data"] = [_audit_entry(row) for row in body["data"]]
    return page_response(request, body)


def _audit_entry(row: Row) -> Document:
    told = {"at": row["at"], "by": row["by"], "step": LOADED, "reason": None}
    return {**told, "source": source_document(row), "changes": row["changes"]}


async def lookup_schools(request: Request, reads: AsyncConnection, wanted: SchoolLookup) -> Response:
    """Answer with the schools named by any identifier, and with the identifiers that none carries."""
    rows = await repository.lookup(reads, wanted.urns, wanted.laestabs, wanted.ukprns)
    found = {kind: {row[kind] for row in rows} for kind in ("urn", "laestab", "ukprn")}
    missing: list[int | str] = [urn for urn in dict.fromkeys(wanted.urns) if urn not in found["urn"]]
    missing += [code for code in dict.fromkeys(wanted.laestabs) if code not in found["laestab"]]
    missing += [code for code in dict.fromkeys(wanted.ukprns) if code not in found["ukprn"]]
    return json_response(request, {"data": [school_document(row) for row in rows], "missing": missing})


async def list_memberships(request: Request, reads: AsyncConnection, urn: int, as_of: date | None) -> Response:
    """Answer with a school's stays in trusts, newest first; with `as_of`, the one it was in on that date."""
    rows = await repository.memberships(reads, urn, as_of)
    if not rows and await repository.find(reads, urn) is None:
        raise SchoolNotFound(f"No school in the register carries the URN {urn}.")
    if wants_ndjson(request):
        return ndjson(each(map(_membership, rows)))
    if wants_csv(request):
        return csv_rows(MEMBERSHIP_COLUMNS, each([row[column] for column in MEMBERSHIP_COLUMNS] for row in rows))
    return json_response(request, {"data": [_membership(row) for row in rows]})


def _membership(row: Row) -> Document:
    return {
        "urn": row["urn"],
        "trust": {"uid": row["trust_uid"], "name": row["trust_name"], "kind": row["trust_kind"]},
        "joined_on": row["joined_on"],
        "left_on": row["left_on"],
        "first_seen_on": row["first_seen_on"],
        "assumed": row["assumed"],
        "source": source_document(row),
    }
