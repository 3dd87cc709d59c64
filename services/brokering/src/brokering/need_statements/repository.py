"""All SQL on statements."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    ScalarSelect,
    Select,
    String,
    Table,
    case,
    cast,
    exists,
    false,
    func,
    insert,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession

from brokering.models.matching import School
from brokering.models.need_statements import NeedStatement
from brokering.needs.parties import TENANT_KINDS
from brokering.rows import all_rows, one_row
from shared.auth.principal import Principal

STATEMENTS: Table = NeedStatement.metadata.tables["need_statements"]
SCHOOLS: Table = School.metadata.tables["schools"]

_LATER = STATEMENTS.alias("later")
_STANDING = ~exists().where(_LATER.c.supersedes == STATEMENTS.c.id)
_BODY_KIND = case(TENANT_KINDS, value=SCHOOLS.c.responsible_body_kind)
_PARTIES = ("school:" + cast(SCHOOLS.c.urn, String), _BODY_KIND + ":" + SCHOOLS.c.responsible_body_id)
_PARTY = case(
    (STATEMENTS.c.org == _PARTIES[0], "school"),
    (STATEMENTS.c.org == _PARTIES[1], "responsible_body"),
    else_="former_responsible_body",
).label("party")
_SAID = ("id", "org", "support_wished", "days", "areas", "form", "starts_on", "ends_on", "text", "stated_at")


def _visible(principal: Principal) -> ColumnElement[bool]:
    """The filter on schools: those of the client's regions, and those it is or answers for today."""
    if principal.sees_everything:
        return true()
    own = str(principal.org)
    parties = [party == own for party in _PARTIES] if principal.org.id else [false()]
    return or_(SCHOOLS.c.region.in_(sorted(principal.regions)), *parties)


def _statements(principal: Principal) -> Select[Any]:
    return (
        select(STATEMENTS, SCHOOLS.c.name.label("school_name"), _PARTY, _STANDING.label("standing"))
        .join(SCHOOLS, SCHOOLS.c.urn == STATEMENTS.c.urn)
        .where(_visible(principal))
    )


def _filtered(principal: Principal, filters: Mapping[str, Any]) -> Select[Any]:
    query = _statements(principal)
    if filters.get("urn") is not None:
        query = query.where(STATEMENTS.c.urn == filters["urn"])
    if filters.get("region") is not None:
        query = query.where(SCHOOLS.c.region == filters["region"])
    if filters.get("standing") is not None:
        query = query.where(_STANDING if filters["standing"] else ~_STANDING)
    return query


async def page(
    session: AsyncSession, principal: Principal, filters: Mapping[str, Any], after: UUID | None, limit: int
) -> Sequence[RowMapping]:
    """Return up to `limit` statements, newest first."""
    query = _filtered(principal, filters).order_by(STATEMENTS.c.id.desc()).limit(limit)
    if after is not None:
        query = query.where(STATEMENTS.c.id < after)
    return await all_rows(session, query)


async def count(session: AsyncSession, principal: Principal, filters: Mapping[str, Any]) -> int:
    """Return how many statements match."""
    query = select(func.count()).select_from(_filtered(principal, filters).subquery())
    return int((await session.execute(query)).scalar_one())


async def stream(session: AsyncSession, principal: Principal, filters: Mapping[str, Any]) -> AsyncIterator[RowMapping]:
    """Yield all statements that match."""
    result = await session.stream(_filtered(principal, filters).order_by(STATEMENTS.c.id.desc()))
    async for row in result.mappings():
        yield row


async def find(session: AsyncSession, principal: Principal, statement_id: UUID) -> RowMapping | None:
    """Return one statement that this client may see."""
    return await one_row(session, _statements(principal).where(STATEMENTS.c.id == statement_id))


async def hold_school(session: AsyncSession, urn: int) -> RowMapping | None:
    """Return our copy of a school, held so that statements on it follow one another."""
    return await one_row(session, select(SCHOOLS).where(SCHOOLS.c.urn == urn).with_for_update(key_share=True))


async def standing_of(session: AsyncSession, urn: int, org: str) -> UUID | None:
    """Return the id of the statement of an organisation that stands."""
    query = select(STATEMENTS.c.id).where(STATEMENTS.c.urn == urn, STATEMENTS.c.org == org, _STANDING)
    found: UUID | None = (await session.execute(query)).scalar_one_or_none()
    return found


async def add(session: AsyncSession, values: Mapping[str, Any]) -> None:
    """Insert a statement."""
    await session.execute(insert(STATEMENTS).values(**values))


def standing_on(is_about: ColumnElement[bool]) -> ScalarSelect[Any]:
    """Return, as JSON within another statement, what stands on the school that `is_about` names, newest first."""
    fields = [part for name in _SAID for part in (name, STATEMENTS.c[name])]
    each = func.jsonb_build_object("party", _PARTY, *fields)
    return (
        select(func.jsonb_agg(aggregate_order_by(each, STATEMENTS.c.id.desc())))
        .select_from(STATEMENTS.join(SCHOOLS, SCHOOLS.c.urn == STATEMENTS.c.urn))
        .where(is_about, _STANDING)
        .scalar_subquery()
    )
