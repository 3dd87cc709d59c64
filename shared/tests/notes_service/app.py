"""A service as small as can be, built with everything that `shared` gives."""

import re
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Request, Response
from pydantic import Field
from sqlalchemy import column, func, select, table, text

from shared.application import create_service_app
from shared.auth import Principal, Public, Requires
from shared.auth.tenancy import visible, visible_sql
from shared.db.session import Db, PublicReads, database_of
from shared.errors import Conflict, NotFound
from shared.etags import IfMatch, check_if_match, etag_of
from shared.idempotency import Idempotent
from shared.pagination import PageRequest, page_of
from shared.responses import dumps, json_response, ndjson, page_response, wants_ndjson
from shared.schemas import RequestModel
from shared.settings import ServiceSettings
from shared.short_ways import ShortWay

HERE = Path(__file__).parent
NOTES = table("notes", column("id"), column("body"), column("tenancy_orgs"), column("tenancy_region"))
router = APIRouter()


class Link(RequestModel):
    url: str
    shown: bool = True


class Quote(RequestModel):
    of: str
    text: str


class NewNote(RequestModel):
    body: str
    orgs: tuple[str, ...] = ()
    region: str | None = None
    rank: Annotated[int, Field(ge=1)] | Annotated[str, Field(max_length=4)] | None = None
    links: tuple[Link | Quote, ...] = ()


@router.post("/v1/notes", status_code=201)
async def create_note(
    note: NewNote, principal: Annotated[Principal, Requires("notes:write")], db: Db, once: Idempotent, request: Request
) -> Response:
    del principal

    async def create() -> Response:
        row = await db.execute(
            text("INSERT INTO notes (body, tenancy_orgs, tenancy_region) VALUES (:b, :o, :r) RETURNING id, body"),
            {"b": note.body, "o": list(note.orgs), "r": note.region},
        )
        return json_response(request, dict(row.mappings().one()), status=201)

    return await once(create)


@router.get("/v1/notes")
async def list_notes(
    request: Request, principal: Annotated[Principal, Requires("notes:read")], db: Db, page: PageRequest
) -> Response:
    clause, values = visible_sql(principal)
    after = page.key(int)
    rows = await db.execute(
        text(f"SELECT id, body FROM notes WHERE {clause} AND id > :after ORDER BY id LIMIT :limit"),
        {**values, "after": after[0] if after else 0, "limit": page.limit + 1},
    )
    found = [dict(row) for row in rows.mappings()]
    if wants_ndjson(request):

        async def lines() -> Any:
            for row in found:
                yield row

        return ndjson(lines())
    return page_response(request, page_of(request, page, found, lambda row: (row["id"],)))


@router.get("/v1/notes/count")
async def count_notes(request: Request, principal: Annotated[Principal, Requires("notes:read")], db: Db) -> Response:
    count = await db.scalar(select(func.count()).select_from(NOTES).where(visible(principal, NOTES)))
    return json_response(request, {"count": count})


@router.get("/v1/unfiltered")
async def list_unfiltered(request: Request, _p: Annotated[Principal | None, Public()], db: Db) -> Response:
    rows = await db.execute(text("SELECT id FROM notes"))
    return json_response(request, {"ids": [row.id for row in rows]})


@router.get("/v1/anyone")
async def read_anyone(request: Request, _p: Annotated[Principal | None, Public()], reads: PublicReads) -> Response:
    return json_response(request, {"one": await reads.scalar(text("SELECT 1"))}, public=True)


async def read_anyone_plainly(request: Request, _match: re.Match[str]) -> Response:
    (row,) = (await database_of(request).hot_reads.fetch("SELECT 1 AS one")).decoded
    return json_response(request, dict(row), public=True)


ANYONE = ShortWay("/v1/anyone", re.compile("/v1/anyone"), read_anyone_plainly)


@router.get("/v1/numbers/{number}")
async def read_number(request: Request, number: int, _p: Annotated[Principal, Requires("notes:read")]) -> Response:
    return json_response(request, {"number": number, "way": "declared"})


async def read_number_plainly(request: Request, match: re.Match[str]) -> Response:
    return json_response(request, {"number": int(match[1]), "way": "short"})


NUMBER = ShortWay("/v1/numbers/{number}", re.compile("/v1/numbers/([0-9]{1,6})"), read_number_plainly)


@router.put("/v1/notes/{note_id}")
async def replace_note(
    request: Request,
    note_id: int,
    note: NewNote,
    _p: Annotated[Principal, Requires("notes:write")],
    if_match: IfMatch,
    db: Db,
) -> Response:
    row = (
        (await db.execute(text("SELECT id, body FROM notes WHERE id = :id"), {"id": note_id})).mappings().one_or_none()
    )
    if row is None:
        raise NotFound("There is no such note.")
    check_if_match(if_match, etag_of(dumps(dict(row))))
    await db.execute(text("UPDATE notes SET body = :b WHERE id = :id"), {"b": note.body, "id": note_id})
    return json_response(request, {"id": note_id, "body": note.body})


@router.post("/v1/signatures")
async def sign(request: Request, principal: Annotated[Principal, Requires("notes:sign", user=True)]) -> Response:
    return json_response(request, {"by": principal.subject})


@router.get("/v1/broken")
async def broken(_p: Annotated[Principal | None, Public()]) -> Response:
    raise RuntimeError("a secret that must not leave")


def create_app(settings: ServiceSettings) -> FastAPI:
    return create_service_app(
        name="notes",
        title="Notes",
        description="For tests",
        version="1",
        service_dir=HERE,
        settings=settings,
        routers=[router],
        constraint_errors={"uq_notes_body": Conflict("There is a note of this body already.")},
        short_ways=[ANYONE, NUMBER],
    )
