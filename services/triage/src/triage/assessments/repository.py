"""The SQL of reading assessments. JSON columns are read as text and passed on as they are."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Principal
from shared.auth.tenancy import visible_sql
from triage.assessments.filters import AssessmentFilter

STREAM_BATCH: Final = 500

_COLUMNS: Final = """
    made.id, made.urn, made.scheme, made.policy_version, made.as_of, made.result, made.flags, made.action_areas,
    made.category_of_concern, made.warnings, made.reasons::text AS reasons,
    made.counterfactuals::text AS counterfactuals, made.facts_version, made.run_id, made.cause, made.is_current,
    made.created_at, made.superseded_at, school.name AS school_name, school.region AS school_region,
    school.la_code AS school_la_code, school.trust_uid AS school_trust_uid
"""
_FROM: Final = "FROM assessments AS made LEFT JOIN school_facts AS school ON school.urn = made.urn"
_CURRENT: Final = "made.series = 'current' AND made.superseded_at IS NULL"
_OF_RUN: Final = """
    made.superseded_at IS NULL
    AND (made.scheme, made.series) = (SELECT scheme, series FROM assessment_runs WHERE id = :run)
"""
# what a run for that very date found, else what stood as current at the end of that day
_ON_DATE: Final = """
    made.id IN (
        SELECT DISTINCT ON (held.urn, held.scheme) held.id FROM assessments AS held
        WHERE (held.series = 'as-of-' || CAST(:as_of AS date) AND held.superseded_at IS NULL)
           OR (held.series = 'current' AND held.created_at < CAST(:as_of AS date) + 1
               AND (held.superseded_at IS NULL OR held.superseded_at >= CAST(:as_of AS date) + 1))
        ORDER BY held.urn, held.scheme, held.series = 'current', held.id DESC
    )
"""
_CONDITIONS: Final = {
    "scheme": "made.scheme = :scheme",
    "result": "made.result = :result",
    "region": "school.region = :region",
    "la": "school.la_code = :la",
    "trust": "school.trust_uid = :trust",
    "flag": ":flag = ANY (made.flags)",
}


def _where(wanted: AssessmentFilter, principal: Principal) -> tuple[str, dict[str, Any]]:
    values = {name: value for name, value in asdict(wanted).items() if value is not None}
    seen, claims = visible_sql(principal, "made")
    standing = _OF_RUN if wanted.run else _ON_DATE if wanted.as_of else _CURRENT
    conditions = [seen, standing, *(sql for name, sql in _CONDITIONS.items() if name in values)]
    return " AND ".join(f"({each})" for each in conditions), {**values, **claims}


async def page(
    session: AsyncSession, wanted: AssessmentFilter, principal: Principal, after: tuple[Any, ...] | None, limit: int
) -> Sequence[RowMapping]:
    """Return assessments by URN and scheme, after this key."""
    where, values = _where(wanted, principal)
    if after is not None:
        where += " AND (made.urn, made.scheme) > (:after_urn, :after_scheme)"
        values |= {"after_urn": after[0], "after_scheme": after[1]}
    sql = text(f"SELECT {_COLUMNS} {_FROM} WHERE {where} ORDER BY made.urn, made.scheme LIMIT :limit")
    return (await session.execute(sql, {**values, "limit": limit})).mappings().all()


async def count(session: AsyncSession, wanted: AssessmentFilter, principal: Principal) -> int:
    """Count the assessments of a list."""
    where, values = _where(wanted, principal)
    return int(await session.scalar(text(f"SELECT count(*) {_FROM} WHERE {where}"), values) or 0)


async def stream(session: AsyncSession, wanted: AssessmentFilter, principal: Principal) -> AsyncIterator[RowMapping]:
    """Yield all assessments of a list through a cursor of the server."""
    where, values = _where(wanted, principal)
    sql = text(f"SELECT {_COLUMNS} {_FROM} WHERE {where} ORDER BY made.urn, made.scheme")
    found = await session.stream(sql, values, execution_options={"yield_per": STREAM_BATCH})
    async for row in found.mappings():
        yield row


async def get(session: AsyncSession, assessment_id: UUID, principal: Principal) -> RowMapping | None:
    """Return one assessment, current or not."""
    seen, claims = visible_sql(principal, "made")
    sql = text(f"SELECT {_COLUMNS} {_FROM} WHERE made.id = :id AND {seen}")
    return (await session.execute(sql, {"id": assessment_id, **claims})).mappings().one_or_none()


async def of_schools(
    session: AsyncSession, urns: Sequence[int], scheme: str | None, principal: Principal
) -> Sequence[RowMapping]:
    """Return the current assessments of these schools."""
    where, values = _where(AssessmentFilter(scheme=scheme), principal)
    sql = text(f"SELECT {_COLUMNS} {_FROM} WHERE {where} AND made.urn = ANY (:urns) ORDER BY made.urn, made.scheme")
    return (await session.execute(sql, {**values, "urns": list(urns)})).mappings().all()


async def of_school(
    session: AsyncSession, urn: int, scheme: str, as_of: date | None, principal: Principal
) -> RowMapping | None:
    """Return the assessment of one school that stands, now or on a date, with the freshness of its facts."""
    where, values = _where(AssessmentFilter(scheme=scheme, as_of=as_of), principal)
    sql = text(
        f"SELECT {_COLUMNS}, school.source_name, school.source_as_at, school.source_loaded_at, school.received_at,"  # noqa: S608 - constants
        " coalesce(school.evidence_version <> made.facts_version, false) AS facts_changed_since,"
        " (SELECT date_trunc('minute', upstream_as_of) FROM feed_cursors WHERE name = 'inspection') AS complete_as_of"
        f" {_FROM} WHERE {where} AND made.urn = :urn"
    )
    return (await session.execute(sql, {**values, "urn": urn})).mappings().one_or_none()


async def history(
    session: AsyncSession, principal: Principal, *, urn: int, scheme: str | None, after: UUID | None, limit: int
) -> Sequence[RowMapping]:
    """Return what has been the current assessment of a school, newest first."""
    seen, claims = visible_sql(principal, "made")
    sql = text(
        f"SELECT {_COLUMNS} {_FROM} WHERE made.urn = :urn AND made.series = 'current' AND {seen}"
        " AND (CAST(:scheme AS text) IS NULL OR made.scheme = :scheme)"
        " AND (CAST(:after AS uuid) IS NULL OR made.id < :after) ORDER BY made.id DESC LIMIT :limit"
    )
    values = {"urn": urn, "scheme": scheme, "after": after, "limit": limit, **claims}
    return (await session.execute(sql, values)).mappings().all()


async def count_history(session: AsyncSession, urn: int, scheme: str | None, principal: Principal) -> int:
    """Count what has been the current assessment of a school."""
    seen, claims = visible_sql(principal, "made")
    sql = text(
        f"SELECT count(*) FROM assessments AS made WHERE made.urn = :urn AND made.series = 'current' AND {seen}"  # noqa: S608 - constants
        " AND (CAST(:scheme AS text) IS NULL OR made.scheme = :scheme)"
    )
    return int(await session.scalar(sql, {"urn": urn, "scheme": scheme, **claims}) or 0)
