"""Opening an episode: what the regional director's approval does."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from brokering.episodes import repository
from brokering.ledger import repository as ledger
from brokering.ledger.call import Stamp
from shared.ids import new_id


async def open_episode(session: AsyncSession, offer: Row[Any], stamp: Stamp) -> UUID:
    """Open the episode of an offer with its one deployment, and move its days from offered to reserved.

    The offer's leader, need and proposal are locked. The cap is that of the need's account.
    """
    episode_id, deployment_id = new_id(), new_id()
    previous = await repository.latest_of(session, offer.subject_kind, offer.subject_id)
    cap = await repository.cap_of(session, offer.need_id)
    deployment = {
        "id": deployment_id,
        "episode_id": episode_id,
        "leader_id": offer.leader_id,
        "half_days": offer.half_days,
        "starts_on": stamp.at.date(),
    }
    episode = {"id": episode_id, "previous_episode_id": previous, **_values(offer, stamp)}
    await repository.add(session, episode, cap, deployment)
    reserved = ledger.Entry(
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
    await ledger.enter(session, reserved)
    return episode_id


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
