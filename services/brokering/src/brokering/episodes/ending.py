"""What ends with an episode: days not used and places go back, and offers that were to join it fall."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from brokering.domain.episode_states import EpisodeStep
from brokering.domain.ledger import Movement
from brokering.episodes import repository, writing
from brokering.ledger import repository as ledger
from brokering.ledger.call import Call
from brokering.offers import repository as offers
from brokering.offers import steps
from brokering.offers.errors import EpisodeBlocked


async def hold(call: Call, episode: Row[Any]) -> tuple[Row[Any], Sequence[Row[Any]]]:
    """Lock an episode as a write does, with the open offers that are to join it; return it and them as they stand.

    Raises EpisodeBlocked where one has been made since they were looked for: it is not locked, and the next try has it.
    """
    found = await offers.joining(call.session, episode.id)
    held = await writing.hold(call.session, episode, found)
    joining = await offers.joining(call.session, episode.id)
    if {offer.id for offer in joining} - {offer.id for offer in found}:
        raise EpisodeBlocked("An offer to join the episode has been made just now. Try again.")
    return held, joining


async def release(call: Call, held: Row[Any], joining: Sequence[Row[Any]], step: EpisodeStep) -> None:
    """Give back what the deployments that go on have not used and what open offers hold, and their leaders' places."""
    if step.movement is None:
        return
    for deployment in await repository.deployments(call.session, held.id):
        if deployment.ends_on is None:
            unused = Movement(step.movement, deployment.reserved_half_days)
            await ledger.enter(call.session, writing.entry_of(call, held, deployment, unused))
    why = f"The episode that the offer was to join has been {step.to_state}."
    for offer in joining:
        if not await steps.lapse(call.session, offer, call.now):
            fallen = steps.Answer("withdraw", "withdrawal", {}, why)
            await steps.take(call.session, offer, fallen, call.principal, call.now)
