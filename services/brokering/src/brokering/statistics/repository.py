"""The SQL of statistics. Needs that no decision stands behind are in none of them.

Every statement takes `regions` (null: everywhere) and the period `since` to `until`, both days included. A need counts
from the day its decision came in, or from its entry where it was entered by hand.
"""

# ruff: noqa: S608 - statements are put together from fixed fragments; every value is bound

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from brokering.needs.waiting_sql import WAITING

_HERE = "(CAST(:regions AS text[]) IS NULL OR {column} = ANY (CAST(:regions AS text[])))"
_IN_PERIOD = "{column} >= CAST(:since AS date) AND {column} < CAST(:until AS date) + 1"


def _here(column: str) -> str:
    return _HERE.format(column=column)


def _in_period(column: str) -> str:
    return _IN_PERIOD.format(column=column)


WAITS = text(
    f"""
    WITH known AS (
        SELECT need.id, need.state, coalesce(decision.received_at, need.created_at) AS began
        FROM needs AS need LEFT JOIN school_decisions AS decision ON decision.id = need.origin_decision_id
        WHERE need.state NOT IN ('provisional', 'withdrawn') AND {_here("need.tenancy_region")}
    ), measured AS (
        SELECT known.id,
            (SELECT min((offer.approval ->> 'at')::timestamptz) FROM offers AS offer
                WHERE offer.need_id = known.id AND offer.state = 'approved') - began AS to_match,
            (SELECT min(visit.visited_on) FROM visits AS visit JOIN episodes AS episode ON episode.id = visit.episode_id
                WHERE episode.need_id = known.id AND visit.withdrawal IS NULL) - began::date AS to_visit
        FROM known WHERE {_in_period("began")}
    ), days AS (
        SELECT extract(epoch FROM to_match) / 86400.0 AS to_match, to_visit::float AS to_visit FROM measured
    )
    SELECT count(*) AS needs, count(to_match) AS matched, count(to_visit) AS visited,
        percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY to_match) AS match_quantiles,
        percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY to_visit) AS visit_quantiles
    FROM days
    """
)
OFFERS = text(
    f"""
    SELECT CASE WHEN state = 'offered' AND deadline <= :now THEN 'lapsed' ELSE state END AS state,
        coalesce(response ->> 'accepted', '') AS accepted, coalesce(school_agreement ->> 'agreed', '') AS agreed,
        CASE state WHEN 'declined' THEN coalesce(response ->> 'reason_code', 'not_coded')
            WHEN 'refused' THEN coalesce(school_agreement ->> 'reason_code', 'not_coded') END AS reason,
        count(*) AS offers
    FROM offers WHERE {_here("tenancy_region")} AND {_in_period("offered_at")}
    GROUP BY 1, 2, 3, 4
    """
)
LOAD = text(
    f"""
    SELECT least(account.places_held, 3) AS schools, count(*) AS leaders,
        sum(account.available_half_days) AS available, sum(account.offered_half_days) AS offered,
        sum(account.reserved_half_days) AS reserved, sum(account.used_half_days) AS used
    FROM leaders AS leader JOIN leader_accounts AS account ON account.leader_id = leader.id
    WHERE {_here("leader.region")} GROUP BY 1 ORDER BY 1
    """
)
SPEND = text(
    """
    SELECT budget.kind, partner.code AS partner, budget.tenancy_region AS region, sum(budget.value_pence) AS value,
        sum(budget.committed_pence) AS committed, sum(budget.claimed_pence) AS claimed
    FROM budgets AS budget LEFT JOIN delivery_partners AS partner ON partner.id = budget.partner_id
    WHERE budget.starts_on <= CAST(:until AS date) AND budget.ends_on >= CAST(:since AS date)
        AND (CAST(:regions AS text[]) IS NULL OR budget.regions && CAST(:regions AS text[]))
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    """
)
FEES = text(
    f"""
    SELECT partner.code AS partner, fee.region, fee.kind, sum(fee.amount_pence) AS amount
    FROM fees AS fee JOIN budgets AS budget ON budget.id = fee.contract_id
        JOIN delivery_partners AS partner ON partner.id = budget.partner_id
    WHERE fee.state = 'approved' AND {_here("fee.region")} AND {_in_period("fee.incurred_on")}
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    """
)
_WAITING = f"""
    SELECT need.id, need.tenancy_region AS region, need.areas, waits.half_days,
        CASE need.subject_kind WHEN 'trust' THEN 'trust' ELSE coalesce(school.phase, 'not_known') END AS phase
    FROM ({WAITING}) AS waits JOIN needs AS need ON need.id = waits.need_id
        LEFT JOIN schools AS school ON need.subject_kind = 'school' AND school.urn::text = need.subject_id
    WHERE need.state <> 'provisional' AND {_here("need.tenancy_region")}
"""
_FREE = f"""
    SELECT leader.id, leader.region, leader.role, leader.phases, leader.strengths,
        account.available_half_days - account.offered_half_days - account.reserved_half_days
            - account.used_half_days AS half_days
    FROM leaders AS leader JOIN leader_accounts AS account ON account.leader_id = leader.id
    WHERE account.places_held < account.places_limit AND {_here("leader.region")}
        AND account.available_half_days
            > account.offered_half_days + account.reserved_half_days + account.used_half_days
"""
CAPACITY_BY_PHASE = text(
    f"""
    WITH waiting AS ({_WAITING}), free AS ({_FREE}),
    asked AS (SELECT region, phase, count(*) AS needs, sum(half_days) AS half_days_needed FROM waiting GROUP BY 1, 2),
    given AS (
        SELECT region, phase, count(*) AS leaders, sum(half_days) AS half_days
        FROM (SELECT region, unnest(phases) AS phase, half_days FROM free
            UNION ALL SELECT region, 'trust', half_days FROM free WHERE role = 'trust_ceo') AS offered
        GROUP BY 1, 2
    )
    SELECT coalesce(asked.region, given.region) AS region, coalesce(asked.phase, given.phase) AS phase,
        coalesce(asked.needs, 0) AS needs, coalesce(asked.half_days_needed, 0) AS half_days_needed,
        coalesce(given.leaders, 0) AS leaders, coalesce(given.half_days, 0) AS half_days
    FROM asked FULL JOIN given ON given.region IS NOT DISTINCT FROM asked.region AND given.phase = asked.phase
    ORDER BY 1 NULLS LAST, 2
    """
)
CAPACITY_BY_AREA = text(
    f"""
    WITH waiting AS ({_WAITING}), free AS ({_FREE}),
    asked AS (SELECT area, count(*) AS needs FROM (SELECT unnest(areas) AS area FROM waiting) AS each GROUP BY 1),
    given AS (
        SELECT area, count(*) AS leaders, sum(half_days) AS half_days
        FROM (SELECT unnest(strengths) AS area, half_days FROM free) AS each GROUP BY 1
    )
    SELECT coalesce(asked.area, given.area) AS area, coalesce(asked.needs, 0) AS needs,
        coalesce(given.leaders, 0) AS leaders, coalesce(given.half_days, 0) AS half_days
    FROM asked FULL JOIN given ON given.area = asked.area ORDER BY 1
    """
)


async def rows(session: AsyncSession, statement: TextClause, values: Mapping[str, Any]) -> Sequence[Row[Any]]:
    """Run one of the statements above with those of the values that it names."""
    named = {name: values[name] for name in statement.compile().params}
    return (await session.execute(statement, named)).all()
