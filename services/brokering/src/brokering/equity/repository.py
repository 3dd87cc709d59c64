"""All SQL of the equity report."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Integer, RowMapping, and_, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from brokering.leaders.repository import LEADERS
from brokering.ledger.repository import OFFERS
from brokering.needs.repository import NEEDS, SCHOOLS
from brokering.proposals.repository import PROPOSALS
from brokering.rounds.repository import PROPOSED, ROUND_NEEDS
from brokering.rows import all_rows
from shared.auth.principal import Principal
from shared.auth.tenancy import visible


async def outcomes(session: AsyncSession, principal: Principal, round_id: UUID) -> Sequence[RowMapping]:
    """Return what every need of a round got, a row each; where it was split, a row for each part."""
    school = and_(NEEDS.c.subject_kind == "school", SCHOOLS.c.urn == cast(NEEDS.c.subject_id, Integer))
    employer = func.coalesce(LEADERS.c.organisation_id, LEADERS.c.organisation_name)
    query = (
        select(
            ROUND_NEEDS.c.need_id,
            NEEDS.c.tenancy_region.label("region"),
            SCHOOLS.c.phase,
            SCHOOLS.c.idaci_quintile,
            ROUND_NEEDS.c.days,
            PROPOSALS.c.leader_id,
            PROPOSALS.c.suitability,
            PROPOSALS.c.distance_km,
            PROPOSALS.c.flags,
            LEADERS.c.region.label("leader_region"),
            (LEADERS.c.organisation_kind + ":" + employer).label("employer"),
        )
        .select_from(ROUND_NEEDS)
        .join(NEEDS, NEEDS.c.id == ROUND_NEEDS.c.need_id)
        .outerjoin(SCHOOLS, school)
        .outerjoin(PROPOSALS, PROPOSED)
        .outerjoin(LEADERS, LEADERS.c.id == PROPOSALS.c.leader_id)
        .where(ROUND_NEEDS.c.round_id == round_id, visible(principal, ROUND_NEEDS))
        .order_by(ROUND_NEEDS.c.need_no)
    )
    return await all_rows(session, query)


async def direct_offers(session: AsyncSession, principal: Principal, round_id: UUID) -> Sequence[RowMapping]:
    """Return the approved offers on a round's needs that no round had proposed, a row each."""
    needs = select(ROUND_NEEDS.c.need_id).where(ROUND_NEEDS.c.round_id == round_id, visible(principal, ROUND_NEEDS))
    query = (
        select(OFFERS.c.need_id, OFFERS.c.leader_id, OFFERS.c.half_days, LEADERS.c.region.label("leader_region"))
        .select_from(OFFERS)
        .join(LEADERS, LEADERS.c.id == OFFERS.c.leader_id)
        .where(OFFERS.c.need_id.in_(needs), visible(principal, OFFERS))
        .where(OFFERS.c.proposal_id.is_(None), OFFERS.c.state == "approved")
        .order_by(OFFERS.c.id)
    )
    return await all_rows(session, query)
