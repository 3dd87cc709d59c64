"""The SQL of decisions."""

# ruff: noqa: S608 - statements are put together from fixed fragments; every value is bound

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Principal
from shared.auth.tenancy import visible_sql
from triage.follow_up.repository import refresh

_COLUMNS: Final = """
    made.id, made.urn, made.scheme, made.assessment_id, made.tier, made.proposed, made.route, made.actions,
    made.conditions, made.reason, made.reason_code, made.authoriser, made.authoriser_role, made.consulted,
    made.effective_on, made.supersedes, made.notice_id, made.urgent_ground, made.review_by, made.publish_by,
    made.procedure_version, made.created_at AS decided_at
"""
_STATE_NOW: Final = """
    made.superseded_at, CASE WHEN made.superseded_at IS NULL THEN 'made' ELSE 'superseded' END AS state,
    made.reviewed_at, made.review_outcome, made.review_reason,
    (SELECT told.published_at FROM decision_publications AS told WHERE told.decision_id = made.id) AS published_at
"""
_REVIEWED: Final = "made.reviewed_at < CAST(:as_of AS date) + 1"
_STATE_ON: Final = f"""
    CASE WHEN made.superseded_at < CAST(:as_of AS date) + 1 THEN made.superseded_at END AS superseded_at,
    CASE WHEN made.superseded_at < CAST(:as_of AS date) + 1 THEN 'superseded' ELSE 'made' END AS state,
    CASE WHEN {_REVIEWED} THEN made.reviewed_at END AS reviewed_at,
    CASE WHEN {_REVIEWED} THEN made.review_outcome END AS review_outcome,
    CASE WHEN {_REVIEWED} THEN made.review_reason END AS review_reason,
    (SELECT told.published_at FROM decision_publications AS told WHERE told.decision_id = made.id
     AND told.published_at < CAST(:as_of AS date) + 1) AS published_at
"""
_CURRENT = text(
    "SELECT id, assessment_id, urgent_ground IS NOT NULL AND reviewed_at IS NULL AS to_be_reviewed"
    " FROM decisions WHERE urn = :urn AND scheme = :scheme AND superseded_at IS NULL FOR UPDATE"
)
_SUPERSEDE = text("UPDATE decisions SET superseded_at = now() WHERE id = :id AND superseded_at IS NULL")
# the public is told that it no longer stands; what stands instead once that is published
_CLOSE_PUBLICATION = text(
    "UPDATE decision_publications SET superseded_at = now() WHERE decision_id = :id AND superseded_at IS NULL"
)
_REVIEW = text(
    """
    UPDATE decisions SET reviewed_at = now(), review_outcome = :outcome, review_reason = :reason, reviewed_by = :by
    WHERE id = :id
    """
)
_ADD = text(
    f"""
    INSERT INTO decisions AS made (id, urn, scheme, assessment_id, proposed, tier, route, actions, conditions,
                                   consulted, reason, reason_code, authoriser, authoriser_role, effective_on,
                                   supersedes, notice_id, urgent_ground, review_by, publish_by, procedure_version,
                                   tenancy_orgs, tenancy_region)
    SELECT :id, :urn, :scheme, :assessment_id, :proposed, :tier, :route, :actions, :conditions, :consulted,
           :reason, :reason_code, :authoriser, :authoriser_role, :effective_on, :supersedes, :notice_id, :urgent_ground,
           :review_by, :publish_by, :procedure_version,
           triage_orgs('school', school.body_org, school.urn), school.region
    FROM school_facts AS school WHERE school.urn = :urn
    RETURNING {_COLUMNS}, {_STATE_NOW}
    """
)
# what was decided on is open to the school and its body; what another scheme proposes, or a later run, is undecided
_OPEN_ASSESSMENT = text(
    """
    UPDATE assessments AS made
    SET audience = 'school', tenancy_orgs = triage_orgs('school', school.body_org, school.urn)
    FROM school_facts AS school
    WHERE school.urn = made.urn AND made.id = :assessment_id AND made.audience <> 'school'
    """
)


async def current(session: AsyncSession, urn: int, scheme: str) -> RowMapping | None:
    """Return the current decision on a school, held until the new one is made."""
    return (await session.execute(_CURRENT, {"urn": urn, "scheme": scheme})).mappings().one_or_none()


async def to_review(session: AsyncSession, decision_id: UUID, principal: Principal) -> RowMapping | None:
    """Return what the review of a decision needs, held until it is done."""
    seen, claims = visible_sql(principal, "made")
    sql = text(
        "SELECT made.id, made.urn, made.scheme, made.tier, made.urgent_ground, made.reviewed_at, made.superseded_at,"
        " made.notice_id, made.procedure_version, made.tenancy_region, notice.tier AS notice_tier, notice.recipients,"
        " notice.body_org, notice.representations_until,"
        " ARRAY(SELECT DISTINCT said.party FROM representations AS said WHERE said.notice_id = notice.id) AS heard"
        " FROM decisions AS made LEFT JOIN notices AS notice ON notice.id = made.notice_id"
        f" WHERE made.id = :id AND {seen} FOR UPDATE OF made"
    )
    return (await session.execute(sql, {"id": decision_id, **claims})).mappings().one_or_none()


async def review(session: AsyncSession, values: Mapping[str, Any]) -> None:
    """Store the review of a decision."""
    await session.execute(_REVIEW, dict(values))


async def add(session: AsyncSession, values: Mapping[str, Any]) -> RowMapping:
    """Store a decision in the place of the one it supersedes, and open what it decided on to those concerned."""
    if values["supersedes"] is not None:
        await session.execute(_SUPERSEDE, {"id": values["supersedes"]})
        await session.execute(_CLOSE_PUBLICATION, {"id": values["supersedes"]})
    row = (await session.execute(_ADD, dict(values))).mappings().one()
    await session.execute(_OPEN_ASSESSMENT, {"assessment_id": values["assessment_id"]})
    await refresh(session, [values["urn"]])
    return row


async def get(session: AsyncSession, decision_id: UUID, principal: Principal) -> RowMapping | None:
    """Return one decision."""
    seen, claims = visible_sql(principal, "made")
    sql = text(f"SELECT {_COLUMNS}, {_STATE_NOW} FROM decisions AS made WHERE made.id = :id AND {seen}")
    return (await session.execute(sql, {"id": decision_id, **claims})).mappings().one_or_none()


async def is_within(session: AsyncSession, urn: int, principal: Principal) -> bool:
    """Tell whether the decisions on a school are of the client's tenancy."""
    seen, claims = visible_sql(principal, "held")
    sql = text(
        "SELECT EXISTS (SELECT 1 FROM (SELECT triage_orgs('school', school.body_org, school.urn) AS tenancy_orgs,"
        f" school.region AS tenancy_region FROM school_facts AS school WHERE school.urn = :urn) AS held WHERE {seen})"
    )
    return bool(await session.scalar(sql, {"urn": urn, **claims}))


async def of_school(
    session: AsyncSession, principal: Principal, *, urn: int, as_of: date | None, after: UUID | None, limit: int
) -> Sequence[RowMapping]:
    """Return the decisions on a school, newest first, as they stand or as they stood at the end of a day."""
    seen, claims = visible_sql(principal, "made")
    state = _STATE_NOW if as_of is None else _STATE_ON
    until = "" if as_of is None else " AND made.created_at < CAST(:as_of AS date) + 1"
    sql = text(
        f"SELECT {_COLUMNS}, {state} FROM decisions AS made WHERE made.urn = :urn AND {seen}{until}"
        " AND (CAST(:after AS uuid) IS NULL OR made.id < :after) ORDER BY made.id DESC LIMIT :limit"
    )
    values = {"urn": urn, "as_of": as_of, "after": after, "limit": limit, **claims}
    return (await session.execute(sql, values)).mappings().all()


async def count(session: AsyncSession, principal: Principal, *, urn: int, as_of: date | None) -> int:
    """Count the decisions on a school."""
    seen, claims = visible_sql(principal, "made")
    sql = text(
        f"SELECT count(*) FROM decisions AS made WHERE made.urn = :urn AND {seen}"
        " AND (CAST(:as_of AS date) IS NULL OR made.created_at < CAST(:as_of AS date) + 1)"
    )
    return int(await session.scalar(sql, {"urn": urn, "as_of": as_of, **claims}) or 0)
