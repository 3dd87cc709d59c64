"""The SQL of tasks: what notices and decisions leave to be done."""

# ruff: noqa: S608 - statements are put together from fixed fragments; every value is bound

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Principal
from shared.auth.tenancy import visible_sql

_PENDING: Final = """
    notice.replaced_at IS NULL AND (
        (NOT notice.urgent AND notice.lapsed_at IS NULL
         AND NOT EXISTS (SELECT 1 FROM decisions WHERE decisions.notice_id = notice.id))
        OR (notice.urgent AND EXISTS (
            SELECT 1 FROM decisions WHERE decisions.notice_id = notice.id
            AND decisions.reviewed_at IS NULL AND decisions.superseded_at IS NULL)))
"""
_NOTICE: Final = "notice.urn, notice.tenancy_region, notice.tenancy_orgs, notice.assessment_id"
_DECISION: Final = "made.urn, made.tenancy_region, made.tenancy_orgs, made.assessment_id, made.notice_id"
_DIRECTOR: Final = "'regional-director'"
_TASKS: Final = f"""
    SELECT 'serve_notice' AS kind, {_DIRECTOR} AS waits_on, NULL AS org, CAST(notice.created_at AS date) AS due_on,
           {_NOTICE}, notice.id AS notice_id, CAST(NULL AS uuid) AS decision_id, 'serve:' || notice.id AS id
    FROM notices AS notice WHERE notice.representations_until IS NULL AND {_PENDING}
    UNION ALL
    SELECT 'make_representations', told ->> 'party', told ->> 'org', notice.representations_until,
           {_NOTICE}, notice.id, NULL, 'say:' || notice.id || ':' || (told ->> 'party')
    FROM notices AS notice, jsonb_array_elements(notice.recipients) AS told
    WHERE notice.representations_until IS NOT NULL AND {_PENDING} AND told ->> 'party' = ANY (:heard)
      AND NOT EXISTS (SELECT 1 FROM representations AS said
                      WHERE said.notice_id = notice.id AND said.party = told ->> 'party')
    UNION ALL
    SELECT 'decide', {_DIRECTOR}, NULL, notice.decide_by, {_NOTICE}, notice.id, NULL, 'decide:' || notice.id
    FROM notices AS notice WHERE notice.decide_by IS NOT NULL AND NOT notice.urgent AND {_PENDING}
    UNION ALL
    SELECT 'review', {_DIRECTOR}, NULL, made.review_by, {_DECISION}, made.id, 'review:' || made.id
    FROM decisions AS made
    WHERE made.urgent_ground IS NOT NULL AND made.reviewed_at IS NULL AND made.superseded_at IS NULL
    UNION ALL
    SELECT 'publish', {_DIRECTOR}, NULL, made.publish_by, {_DECISION}, made.id, 'publish:' || made.id
    FROM decisions AS made
    WHERE made.publish_by IS NOT NULL AND made.superseded_at IS NULL
      AND NOT EXISTS (SELECT 1 FROM decision_publications AS told WHERE told.decision_id = made.id)
"""


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """All conditions hold together; None means any. `org`: only what waits on this organisation."""

    heard: tuple[str, ...]
    on: date
    due: date | None = None
    kind: str | None = None
    region: str | None = None
    org: str | None = None


_CONDITIONS: Final = {
    "due": "task.due_on <= :due",
    "kind": "task.kind = :kind",
    "region": "task.tenancy_region = :region",
    "org": "task.org = :org",
}


def _from(wanted: TaskFilter, principal: Principal) -> tuple[str, dict[str, Any]]:
    seen, claims = visible_sql(principal, "task")
    values = {name: value for name, value in asdict(wanted).items() if value is not None}
    conditions = [seen, *(sql for name, sql in _CONDITIONS.items() if name in values)]
    joined = " AND ".join(f"({each})" for each in conditions)
    sql = f"FROM ({_TASKS}) AS task JOIN school_facts AS school ON school.urn = task.urn WHERE {joined}"
    return sql, {**values, **claims, "heard": list(wanted.heard)}


async def page(
    session: AsyncSession, wanted: TaskFilter, principal: Principal, after: tuple[date, str] | None, limit: int
) -> Sequence[RowMapping]:
    """Return tasks, soonest due first."""
    tasks, values = _from(wanted, principal)
    if after is not None:
        tasks += " AND (task.due_on, task.id) > (:after_on, :after_id)"
        values |= {"after_on": after[0], "after_id": after[1]}
    sql = text(
        "SELECT task.id, task.kind, task.waits_on, task.due_on, task.due_on < :on AS overdue, task.urn,"
        " school.name AS school_name, school.region, task.assessment_id, task.notice_id, task.decision_id"
        f" {tasks} ORDER BY task.due_on, task.id LIMIT :limit"
    )
    return (await session.execute(sql, {**values, "limit": limit})).mappings().all()


async def count(session: AsyncSession, wanted: TaskFilter, principal: Principal) -> int:
    """Count tasks."""
    tasks, values = _from(wanted, principal)
    return int(await session.scalar(text(f"SELECT count(*) {tasks}"), values) or 0)
