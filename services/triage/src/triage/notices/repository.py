"""The SQL of notices."""

# ruff: noqa: S608 - statements are put together from fixed fragments; every value is bound

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Principal
from shared.auth.tenancy import visible_sql

# :on is the day by which the time is over or not
STATE: Final = """
    CASE WHEN decided.id IS NOT NULL AND NOT notice.urgent THEN 'decided'
         WHEN notice.replaced_at IS NOT NULL THEN 'replaced'
         WHEN notice.lapsed_at IS NOT NULL AND NOT notice.urgent THEN 'lapsed'
         WHEN notice.representations_until IS NULL THEN 'being_served'
         WHEN notice.representations_until >= :on THEN 'open'
         ELSE 'closed' END
"""
_COLUMNS: Final = f"""
    notice.id, notice.urn, school.name AS school_name, notice.scheme, notice.assessment_id, notice.kind, notice.tier,
    notice.urgent, notice.grounds, notice.reasons, notice.action_areas, notice.notice_order, notice.recipients,
    notice.served_on, notice.school_days, notice.representations_until, notice.not_counted, notice.calendar_complete,
    notice.term_dates_version, notice.decide_by, ARRAY(SELECT DISTINCT said.party FROM representations AS said
                            WHERE said.notice_id = notice.id ORDER BY said.party) AS heard,
    {STATE} AS state, notice.issued_by, notice.issued_by_role, notice.procedure_version, decided.id AS decision_id,
    notice.created_at
"""
_FROM: Final = """
    FROM notices AS notice JOIN school_facts AS school ON school.urn = notice.urn
    LEFT JOIN LATERAL (
        SELECT id FROM decisions WHERE decisions.notice_id = notice.id ORDER BY id DESC LIMIT 1
    ) AS decided ON true
"""
_ADD = text(
    """
    INSERT INTO notices (id, urn, scheme, assessment_id, kind, tier, urgent, grounds, reasons, action_areas,
                         procedure_version, notice_order, recipients, body_org, la_code, school_days, served_on,
                         representations_until, decide_by, not_counted, calendar_complete, term_dates_version,
                         issued_by, issued_by_role, tenancy_orgs, tenancy_region)
    VALUES (:id, :urn, :scheme, :assessment_id, :kind, :tier, :urgent, :grounds, CAST(:reasons AS jsonb),
            :action_areas, :procedure_version, :notice_order, CAST(:recipients AS jsonb), :body_org, :la_code,
            :school_days, :served_on, :representations_until, :decide_by, :not_counted, :calendar_complete,
            :term_dates_version, :issued_by, :issued_by_role, :tenancy_orgs, :tenancy_region)
    """
)
_SERVE = text(
    """
    UPDATE notices
    SET recipients = CAST(:recipients AS jsonb), served_on = :served_on, tenancy_orgs = :tenancy_orgs,
        representations_until = :representations_until, decide_by = :decide_by, not_counted = :not_counted,
        calendar_complete = :calendar_complete, term_dates_version = :term_dates_version
    WHERE id = :id
    """
)
_REPLACE = text("UPDATE notices SET replaced_at = now() WHERE assessment_id = :assessment_id AND replaced_at IS NULL")
_LIVE = text(
    """
    SELECT notice.id, notice.tier, notice.urgent, notice.recipients, notice.body_org, notice.representations_until,
           ARRAY(SELECT DISTINCT said.party FROM representations AS said WHERE said.notice_id = notice.id) AS heard
    FROM notices AS notice
    WHERE notice.assessment_id = :assessment_id AND notice.replaced_at IS NULL FOR UPDATE OF notice
    """
)


@dataclass(frozen=True, slots=True)
class NoticeFilter:
    """All conditions hold together; None means any."""

    urn: int | None = None
    region: str | None = None
    state: str | None = None
    assessment_id: UUID | None = None


_CONDITIONS: Final = {
    "urn": "notice.urn = :urn",
    "region": "notice.tenancy_region = :region",
    "state": f"{STATE} = :state",
    "assessment_id": "notice.assessment_id = :assessment_id",
}


async def subject(session: AsyncSession, assessment_id: UUID, principal: Principal) -> RowMapping | None:
    """Return what a notice needs of an assessment and its school, held until the notice is given."""
    seen, claims = visible_sql(principal, "made")
    sql = text(
        "SELECT made.id, made.urn, made.scheme, made.policy_version, made.result, made.action_areas,"
        " made.as_of, made.category_of_concern, made.is_current, made.reasons::text AS reasons, made.flags,"
        " school.body_org, school.la_code, school.region,"
        " school.profile ->> 'religious_character' AS religious_character,"
        " school.profile #>> '{responsible_body,kind}' AS body_kind"
        " FROM assessments AS made JOIN school_facts AS school ON school.urn = made.urn"
        f" WHERE made.id = :id AND {seen} FOR UPDATE OF made"
    )
    return (await session.execute(sql, {"id": assessment_id, **claims})).mappings().one_or_none()


async def live(session: AsyncSession, assessment_id: UUID) -> RowMapping | None:
    """Return the notice on an assessment that stands, with who has spoken, held until the step is done."""
    return (await session.execute(_LIVE, {"assessment_id": assessment_id})).mappings().one_or_none()


async def add(session: AsyncSession, values: Mapping[str, Any]) -> None:
    """Store a notice in the place of the one before on the same assessment."""
    await session.execute(_REPLACE, {"assessment_id": values["assessment_id"]})
    await session.execute(_ADD, _as_json(values, "reasons", "recipients"))


async def serve(session: AsyncSession, values: Mapping[str, Any]) -> None:
    """Store that more of the recipients have been told."""
    await session.execute(_SERVE, _as_json(values, "recipients"))


def _as_json(values: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {**values, **{name: orjson.dumps(values[name]).decode() for name in names}}


async def get(
    session: AsyncSession, notice_id: UUID, principal: Principal, on: date, *, held: bool = False
) -> RowMapping | None:
    """Return one notice; `held` keeps it from changing until the transaction ends."""
    seen, claims = visible_sql(principal, "notice")
    lock = " FOR UPDATE OF notice" if held else ""
    extra = ", notice.la_code, notice.tenancy_region, notice.body_org" if held else ""
    sql = text(f"SELECT {_COLUMNS}{extra} {_FROM} WHERE notice.id = :id AND {seen}{lock}")
    return (await session.execute(sql, {"id": notice_id, "on": on, **claims})).mappings().one_or_none()


def _where(wanted: NoticeFilter, principal: Principal, on: date) -> tuple[str, dict[str, Any]]:
    seen, claims = visible_sql(principal, "notice")
    values = {name: getattr(wanted, name) for name in _CONDITIONS if getattr(wanted, name) is not None}
    conditions = [seen, *(_CONDITIONS[name] for name in values)]
    return " AND ".join(f"({each})" for each in conditions), {**values, **claims, "on": on}


async def page(
    session: AsyncSession, wanted: NoticeFilter, principal: Principal, *, on: date, after: UUID | None, limit: int
) -> Sequence[RowMapping]:
    """Return notices, newest first."""
    where, values = _where(wanted, principal, on)
    sql = text(
        f"SELECT {_COLUMNS} {_FROM} WHERE {where} AND (CAST(:after AS uuid) IS NULL OR notice.id < :after)"
        " ORDER BY notice.id DESC LIMIT :limit"
    )
    return (await session.execute(sql, {**values, "after": after, "limit": limit})).mappings().all()


async def count(session: AsyncSession, wanted: NoticeFilter, principal: Principal, *, on: date) -> int:
    """Count notices."""
    where, values = _where(wanted, principal, on)
    return int(await session.scalar(text(f"SELECT count(*) {_FROM} WHERE {where}"), values) or 0)
