"""Opening an episode: what the regional director's approval does."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from brokering.budgets import funding
from brokering.domain.episode_states import EpisodeBlocked, episode_step
from brokering.episodes import repository
from brokering.ledger import repository as ledger
from brokering.ledger.call import Stamp
from brokering.offers.errors import EpisodeBlocked as EpisodeConflict
from shared.ids import new_id


async def open_episode(session: AsyncSession, offer: Row[Any], stamp: Stamp) -> UUID:
    """Open the episode of an offer with its one deployment, and move its days from offered to reserved.

    The offer's leader, need and proposal are locked. The cap is that of the need's account.
    """
    episode_id, deployment_id = new_id(), new_id()
    terms = await funding.terms_of(session, offer.tenancy_region, offer.half_days, stamp.at.date())
    previous = await repository.latest_of(session, offer.subject_kind, offer.subject_id)
    cap = await repository.cap_of(session, offer.need_id)
    deployment = {
        "id": deployment_id,
        "episode_id": episode_id,
        "leader_id": offer.leader_id,
        "half_days": offer.half_days,
        "starts_on": stamp.at.date(),
        "offer_id": offer.id,
        **terms,
    }
    episode = {"id": episode_id, "previous_episode_id": previous, **_values(offer, stamp)}
    await repository.add(session, episode, cap, deployment)
    await ledger.enter(session, _reserved(offer, stamp, episode_id, deployment_id))
    return episode_id


async def join_episode(session: AsyncSession, offer: Row[Any], stamp: Stamp) -> UUID:
    """Deploy a further leader in the episode that the offer joins, and reserve the days. The episode is locked."""
    held = await repository.current(session, offer.joins_episode_id)
    step = episode_step(held.state, "deploy")
    if isinstance(step, EpisodeBlocked):
        raise EpisodeConflict(step.text)
    deployment_id = new_id()
    terms = await funding.terms_of(session, offer.tenancy_region, offer.half_days, stamp.at.date())
    deployment = {
        "id": deployment_id,
        "episode_id": held.id,
        "leader_id": offer.leader_id,
        "half_days": offer.half_days,
        "starts_on": stamp.at.date(),
        "offer_id": offer.id,
        **terms,
    }
    known = set(held.tenancy_orgs)
    leader_orgs = [org for org in offer.tenancy_orgs if org.startswith("leader:") and org not in known]
    await repository.add_deployment(session, deployment, leader_orgs)
    await ledger.enter(session, _reserved(offer, stamp, held.id, deployment_id))
    return UUID(str(held.id))


def _reserved(offer: Row[Any], stamp: Stamp, episode_id: UUID, deployment_id: UUID) -> ledger.Entry:
    return ledger.Entry(
        kind="reserved",
        half_days=offer.half_days,
        leader_id=offer.leader_id,
        need_id=offer.need_id,
        offer_id=offer.id,
        episode_id=episode_id,
        deployment_id=deployment_id,
        effective_on=stamp.at.date(),
        recorded_at=stamp.at,
        recorded_by=stamp.by,
    )


def _values(offer: Row[Any], stamp: Stamp) -> dict[str, Any]:
    return {
        "need_id": offer.need_id,
        "offer_id": offer.id,
        "leader_id": offer.leader_id,
        "subject_kind": offer.subject_kind,
        "subject_id": offer.subject_id,
        "subject_name": offer.subject_name,
        "state": "open",
        "opened_on": stamp.at.date(),
        "opened_by": stamp.by,
        "updated_at": stamp.at,
        "tenancy_orgs": offer.tenancy_orgs,
        "tenancy_region": offer.tenancy_region,
    }
