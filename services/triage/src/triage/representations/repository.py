"""The SQL of representations."""

# ruff: noqa: S608 - statements are put together from fixed fragments; every value is bound

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Principal
from shared.auth.tenancy import visible_sql

_COLUMNS: Final = "id, notice_id, assessment_id, urn, party, org, position, text, made_by, created_at"
_ADD = text(
    f"""
    INSERT INTO representations (id, notice_id, assessment_id, urn, party, org, position, text, made_by, tenancy_orgs,
                                 tenancy_region)
    VALUES (:id, :notice_id, :assessment_id, :urn, :party, :org, :position, :text, :made_by, :tenancy_orgs,
            :tenancy_region)
    RETURNING {_COLUMNS}
    """
)


async def notice_on(session: AsyncSession, assessment_id: UUID, principal: Principal) -> RowMapping | None:
    """Return the latest notice on an assessment that this party has been told of; no decision passes it meanwhile."""
    seen, claims = visible_sql(principal, "notice")
    sql = text(
        "SELECT notice.id, notice.urn, notice.scheme, notice.recipients, notice.representations_until, notice.urgent,"
        " notice.replaced_at, notice.lapsed_at, notice.procedure_version, notice.tenancy_region,"
        " EXISTS (SELECT 1 FROM decisions WHERE decisions.notice_id = notice.id) AS decided"
        f" FROM notices AS notice WHERE notice.assessment_id = :assessment_id AND {seen}"
        " ORDER BY notice.id DESC LIMIT 1 FOR SHARE OF notice"
    )
    return (await session.execute(sql, {"assessment_id": assessment_id, **claims})).mappings().one_or_none()


async def is_seen(session: AsyncSession, assessment_id: UUID, principal: Principal) -> bool:
    """Tell whether the client may see the assessment, or a notice on it."""
    made, claims = visible_sql(principal, "made")
    notice, _ = visible_sql(principal, "notice")
    sql = text(
        f"SELECT EXISTS (SELECT 1 FROM assessments AS made WHERE made.id = :id AND {made})"
        f" OR EXISTS (SELECT 1 FROM notices AS notice WHERE notice.assessment_id = :id AND {notice})"
    )
    return bool(await session.scalar(sql, {"id": assessment_id, **claims}))


async def add(session: AsyncSession, values: Mapping[str, Any]) -> RowMapping:
    """Store what a party said."""
    return (await session.execute(_ADD, dict(values))).mappings().one()


async def page(
    session: AsyncSession, principal: Principal, *, assessment_id: UUID, after: UUID | None, limit: int
) -> Sequence[RowMapping]:
    """Return what was said on an assessment, newest first."""
    seen, claims = visible_sql(principal, "said")
    sql = text(
        f"SELECT {_COLUMNS} FROM representations AS said WHERE said.assessment_id = :assessment_id AND {seen}"
        " AND (CAST(:after AS uuid) IS NULL OR said.id < :after) ORDER BY said.id DESC LIMIT :limit"
    )
    values = {"assessment_id": assessment_id, "after": after, "limit": limit, **claims}
    return (await session.execute(sql, values)).mappings().all()


async def count(session: AsyncSession, principal: Principal, assessment_id: UUID) -> int:
    """Count what was said on an assessment."""
    seen, claims = visible_sql(principal, "said")
    sql = text(f"SELECT count(*) FROM representations AS said WHERE said.assessment_id = :assessment_id AND {seen}")
    return int(await session.scalar(sql, {"assessment_id": assessment_id, **claims}) or 0)
