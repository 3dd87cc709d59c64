"""Offers without a round: the next best after one has fallen, and a further leader for an open episode."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Row

from brokering.candidates.ranking import Ranked, Share, rank_leaders
from brokering.candidates.service import distance_document, part_document
from brokering.domain.flags import flag_bits
from brokering.domain.values import flags_of, in_days
from brokering.episodes import writing
from brokering.ledger.call import Call
from brokering.needs import repository as needs
from brokering.offers import making, repository
from brokering.offers.errors import LeaderBarred, LeaderLacksDays, NoSuitableLeader
from brokering.offers.making import Pair
from brokering.offers.schemas import DirectOffer, EpisodeOffer
from brokering.policies.documents import current_policy
from brokering.problems import LeaderNotFound, NeedNotFound


async def for_need(call: Call, need_id: UUID, body: DirectOffer) -> UUID:
    """Offer a decided need, or a part of one, to the leader named, or to the best candidate not offered it before.

    Raises NoSuitableLeader where nobody is left, LeaderBarred with the rule where the one named may not take it.
    """
    if await needs.find(call.session, call.principal, need_id) is None:
        raise NeedNotFound("There is no need of this id that you may see.")
    await call.act_for_all()
    need = await repository.need(call.session, need_id)
    making.check_decided(need)
    pair = await _pair(call, need, body.leader_id, Share(body.part, _half_days(body)))
    await making.hold(call.session, call.now, need_id=need_id, leader_id=pair.leader_id)
    need = await repository.need(call.session, need_id)
    making.check_decided(need)
    joins = await making.joined_episode(call.session, need, body.part)
    return await making.place(call, need, pair, making.terms_of(body, need.days, call.now), joins=joins)


def _half_days(body: DirectOffer) -> int | None:
    """Return the half days that the offer says, by which leaders are judged; None: all that the need asks for."""
    return None if body.days is None else round(body.days * 2)


async def for_episode(call: Call, episode_id: UUID, body: EpisodeOffer) -> UUID:
    """Offer days of an open episode to a further leader; the days must be free under its cap."""
    seen = await writing.seen(call, episode_id)
    await call.act_for_all()
    need = await repository.need(call.session, seen.need_id)
    pair = await _pair(call, need, body.leader_id, Share(half_days=round(body.days * 2)))
    held = await making.hold(call.session, call.now, need_id=seen.need_id, leader_id=pair.leader_id, episodes=[seen.id])
    writing.allowed(held.episodes[seen.id], "deploy")
    terms = making.terms_of(body, in_days(0), call.now)
    return await making.place(call, need, pair, terms, joins=seen.id)


async def _pair(call: Call, need: Row[Any], leader_id: UUID | None, share: Share) -> Pair:
    policy = current_policy()
    window = policy.window_from(call.now.date())
    ranked = await rank_leaders(call.session, policy, window, need.id, share)
    if leader_id is None:
        return await _next_best(call, need, ranked)
    for scored, leader in ranked.feasible:
        if leader.id == str(leader_id):
            return await _as_pair(call, ranked, scored, leader)
    for leader, barred in ranked.excluded:
        if leader.id == str(leader_id):
            if barred.rule == "days":
                raise LeaderLacksDays(barred.text)
            raise LeaderBarred(barred.text)
    raise LeaderNotFound("There is no leader of this id.")


async def _next_best(call: Call, need: Row[Any], ranked: Ranked) -> Pair:
    tried = await repository.offered_before(call.session, need.id)
    left = [(scored, leader) for scored, leader in ranked.feasible if leader.id not in tried]
    if not left:
        raise NoSuitableLeader(
            f"{len(ranked.feasible)} leaders could take the need and all have been offered it; "
            f"{len(ranked.excluded)} are excluded by a rule, which the candidates of the need tell."
        )
    return await _as_pair(call, ranked, *left[0])


async def _as_pair(call: Call, ranked: Ranked, scored: Any, leader: Any) -> Pair:
    row = await repository.leader(call.session, UUID(leader.id))
    return Pair(
        leader_id=row.id,
        suitability=scored.total,
        score_parts=[part_document(part) for part in scored.parts],
        distance_km=distance_document(scored),
        flags=flags_of(flag_bits(ranked.policy, ranked.window, ranked.need, leader)),
        party_orgs=list(row.tenancy_orgs),
        part=ranked.need.part,
    )
