"""All SQL on needs, and on our copies of schools that they are made from."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, Select, Table, and_, cast, func, insert, select, text, update
from sqlalchemy import Integer as SqlInteger
from sqlalchemy.ext.asyncio import AsyncSession

from brokering.models.matching import Need, School, SchoolDecision
from brokering.need_statements.repository import STATEMENTS, standing_on
from brokering.rows import all_rows, one_row
from shared.auth.principal import Principal
from shared.auth.tenancy import visible

NEEDS: Table = Need.metadata.tables["needs"]
SCHOOLS: Table = School.metadata.tables["schools"]
DECISIONS: Table = SchoolDecision.metadata.tables["school_decisions"]

_IS_SCHOOL = NEEDS.c.subject_kind == "school"
_TRUST_OF = text(
    """
    SELECT trust_uid AS id, min(trust_name) AS name, mode() WITHIN GROUP (ORDER BY region) AS region
    FROM schools WHERE trust_uid = :id GROUP BY trust_uid
    """
)


def _is_about(urn: ColumnElement[int]) -> ColumnElement[bool]:
    return and_(_IS_SCHOOL, urn == cast(NEEDS.c.subject_id, SqlInteger))


def _needs(principal: Principal) -> Select[Any]:
    phase = select(SCHOOLS.c.phase).where(_is_about(SCHOOLS.c.urn)).scalar_subquery()
    said = standing_on(_is_about(STATEMENTS.c.urn))
    return select(NEEDS, phase.label("phase"), said.label("stated")).where(visible(principal, NEEDS))


def _filtered(principal: Principal, filters: Mapping[str, Any]) -> Select[Any]:
    query = _needs(principal)
    for name, column in (
        ("state", NEEDS.c.state),
        ("region", NEEDS.c.tenancy_region),
        ("subject_kind", NEEDS.c.subject_kind),
        ("subject_id", NEEDS.c.subject_id),
        ("priority", NEEDS.c.priority),
    ):
        if filters.get(name) is not None:
            query = query.where(column == filters[name])
    return query


async def page(
    session: AsyncSession, principal: Principal, filters: Mapping[str, Any], after: UUID | None, limit: int
) -> Sequence[RowMapping]:
    """Return up to `limit` needs in the order they were made."""
    query = _filtered(principal, filters).order_by(NEEDS.c.id).limit(limit)
    if after is not None:
        query = query.where(NEEDS.c.id > after)
    return await all_rows(session, query)


async def count(session: AsyncSession, principal: Principal, filters: Mapping[str, Any]) -> int:
    """Return how many needs match."""
    query = select(func.count()).select_from(_filtered(principal, filters).subquery())
    return int((await session.execute(query)).scalar_one())


async def stream(session: AsyncSession, principal: Principal, filters: Mapping[str, Any]) -> AsyncIterator[RowMapping]:
    """Yield all needs that match."""
    result = await session.stream(_filtered(principal, filters).order_by(NEEDS.c.id))
    async for row in result.mappings():
        yield row


async def find(session: AsyncSession, principal: Principal, need_id: UUID, *, lock: bool = False) -> RowMapping | None:
    """Return one need that this client may see."""
    query = _needs(principal).where(NEEDS.c.id == need_id)
    if lock:
        query = query.with_for_update(of=NEEDS)
    return await one_row(session, query)


async def add(session: AsyncSession, values: Mapping[str, Any]) -> None:
    """Insert a need."""
    await session.execute(insert(NEEDS).values(**values))


async def change(session: AsyncSession, need_id: UUID, values: Mapping[str, Any]) -> None:
    """Update a need."""
    await session.execute(update(NEEDS).where(NEEDS.c.id == need_id).values(**values, updated_at=func.now()))


async def school(session: AsyncSession, urn: int) -> RowMapping | None:
    """Return our copy of a school."""
    return await one_row(session, select(SCHOOLS).where(SCHOOLS.c.urn == urn))


async def trust(session: AsyncSession, uid: str) -> RowMapping | None:
    """Return a trust by the schools we hold of it, with the region most of them are in."""
    return (await session.execute(_TRUST_OF, {"id": uid})).mappings().one_or_none()


async def standing_decision(session: AsyncSession, urn: int) -> RowMapping | None:
    """Return the decision on a school that stands."""
    query = (
        select(DECISIONS)
        .where(DECISIONS.c.urn == urn, DECISIONS.c.superseded_by.is_(None))
        .order_by(DECISIONS.c.received_at.desc(), DECISIONS.c.id.desc())
        .limit(1)
    )
    return await one_row(session, query)
