"""All leaders for one need: those who may take it, best first, and those whom a rule bars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from brokering.domain.matching import Leader, Need
from brokering.domain.matching_policy import MatchingPolicy
from brokering.domain.matching_rules import Barred, first_bar, hard_rules
from brokering.domain.places import Place
from brokering.domain.suitability import Suitability, suitability
from brokering.domain.values import Window
from brokering.matching import repository
from brokering.matching.roster import leaders_of, need_of, trusts_among
from brokering.problems import LeaderNotFound


@dataclass(frozen=True, slots=True)
class Ranked:
    """What was ranked, under which policy."""

    policy: MatchingPolicy
    window: Window
    need: Need
    feasible: Sequence[tuple[Suitability, Leader]]
    excluded: Sequence[tuple[Leader, Barred]]

    def leader(self, leader_id: str) -> Leader:
        """Return one of the leaders that were ranked or excluded; raises LeaderNotFound."""
        everyone = [leader for _, leader in self.feasible] + [leader for leader, _ in self.excluded]
        found = next((leader for leader in everyone if leader.id == leader_id), None)
        if found is None:
            raise LeaderNotFound("There is no leader of this id that you may see.")
        return found


@dataclass(frozen=True, slots=True)
class Share:
    """What of a need is to be given: the part that one role may take, so many half days; None: the whole, all of it."""

    part: str | None = None
    half_days: int | None = None


WHOLE = Share()


async def rank_leaders(
    session: AsyncSession, policy: MatchingPolicy, window: Window, need_id: UUID, share: Share = WHOLE
) -> Ranked:
    """Rank every leader for a need, or for a share of it."""
    need = replace(await _need(session, need_id), part=share.part)
    if share.half_days is not None:
        need = replace(need, half_days=share.half_days)
    dates = {"starts_on": window.starts_on, "ends_on": window.ends_on}
    leaders = leaders_of(await repository.async_roster_rows(session, dates))
    rules = hard_rules(policy, window)
    judged = [(leader, first_bar(rules, need, leader)) for leader in leaders]
    scored = [(suitability(policy, need, leader), leader) for leader, barred in judged if barred is None]
    excluded = [(leader, barred) for leader, barred in judged if barred]
    return Ranked(policy, window, need, sorted(scored, key=rank), sorted(excluded, key=lambda pair: pair[0].reference))


def rank(pair: tuple[Suitability, Leader]) -> tuple[int, str]:
    """The most suitable come first; a reference is one leader's alone."""
    return -pair[0].total, pair[1].reference


async def _need(session: AsyncSession, need_id: UUID) -> Need:
    row = (await repository.async_rows(session, repository.ONE_NEED, {"need_id": need_id}))[0]
    centre = None
    if uids := trusts_among([row]):
        found = await repository.async_rows(session, repository.TRUST_PLACES, {"uids": uids})
        centre = Place(found[0]["lat"], found[0]["lng"]) if found else None
    return need_of(row, centre)
