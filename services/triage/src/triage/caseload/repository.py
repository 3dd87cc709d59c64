"""The SQL of the caseload: an index gives the proposals by age, all else is looked up for those on the page."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Principal
from shared.auth.tenancy import visible_sql


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """All conditions hold together; None means any. `heard`: the parties that are heard; `on`: the day."""

    scheme: str
    tiers: tuple[str, ...]
    heard: tuple[str, ...]
    on: date
    region: str | None = None
    la: str | None = None
    trust: str | None = None
    flag: str | None = None
    state: str | None = None
    min_age: int | None = None


_STATE: Final = """
    CASE WHEN here.id IS NOT NULL THEN 'decided'
         WHEN notice.id IS NULL THEN 'proposed'
         WHEN notice.representations_until IS NULL THEN 'being_served'
         WHEN notice.representations_until >= :on AND (
             SELECT count(DISTINCT said.party) FROM representations AS said
             WHERE said.notice_id = notice.id AND said.party = ANY (:heard)) < cardinality(CAST(:heard AS text[]))
         THEN 'being_heard'
         ELSE 'to_decide' END
"""
_COLUMNS: Final = f"""
    made.id AS assessment_id, made.urn, school.name AS school_name, school.region,
    school.la_code AS local_authority_code, school.trust_uid, made.scheme, made.result AS proposed, made.flags,
    made.action_areas, made.category_of_concern, {_STATE} AS state, made.created_at AS proposed_at,
    CAST(:on AS date) - CAST(made.created_at AS date) AS age_days, notice.id AS notice_id,
    notice.representations_until, notice.decide_by,
    here.id IS NULL AND coalesce(notice.decide_by < :on, false) AS overdue,
    standing.id AS decision_id, standing.tier AS decided_tier
"""
_FROM: Final = """
    FROM assessments AS made
    JOIN school_facts AS school ON school.urn = made.urn
    LEFT JOIN notices AS notice ON notice.assessment_id = made.id AND notice.replaced_at IS NULL
    LEFT JOIN decisions AS standing
        ON standing.urn = made.urn AND standing.scheme = made.scheme AND standing.superseded_at IS NULL
    LEFT JOIN decisions AS here ON here.id = standing.id AND here.assessment_id = made.id
"""
_CONDITIONS: Final = {
    "region": "made.tenancy_region = :region",
    "la": "school.la_code = :la",
    "trust": "school.trust_uid = :trust",
    "flag": ":flag = ANY (made.flags)",
    "state": f"{_STATE} = :state",
    "min_age": "made.created_at < CAST(:on AS date) - CAST(:min_age AS integer) + 1",
}


def _where(wanted: CaseFilter, principal: Principal) -> tuple[str, dict[str, Any]]:
    seen, claims = visible_sql(principal, "made")
    values = {name: value for name, value in asdict(wanted).items() if value is not None}
    values |= {"tiers": list(wanted.tiers), "heard": list(wanted.heard)}
    conditions = [
        "made.scheme = :scheme AND made.series = 'current' AND made.superseded_at IS NULL",
        "made.result = ANY (:tiers)",
        seen,
        *(sql for name, sql in _CONDITIONS.items() if name in values),
    ]
    if wanted.state is None:
        conditions.append("here.id IS NULL")
    return " AND ".join(f"({each})" for each in conditions), {**values, **claims}


async def page(
    session: AsyncSession, wanted: CaseFilter, principal: Principal, after: tuple[datetime, int] | None, limit: int
) -> Sequence[RowMapping]:
    """Return cases, the oldest proposal first."""
    where, values = _where(wanted, principal)
    if after is not None:
        where += " AND (made.created_at, made.urn) > (:after_at, :after_urn)"
        values |= {"after_at": after[0], "after_urn": after[1]}
    sql = text(f"SELECT {_COLUMNS} {_FROM} WHERE {where} ORDER BY made.created_at, made.urn LIMIT :limit")
    return (await session.execute(sql, {**values, "limit": limit})).mappings().all()


async def count(session: AsyncSession, wanted: CaseFilter, principal: Principal) -> int:
    """Count the cases."""
    where, values = _where(wanted, principal)
    return int(await session.scalar(text(f"SELECT count(*) {_FROM} WHERE {where}"), values) or 0)
