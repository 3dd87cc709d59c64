"""Recording visits, and withdrawing those recorded by mistake; their days go through the ledger."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from fastapi import Response
from sqlalchemy import Row

from brokering.domain.ledger import Movement, to_days
from brokering.domain.values import half_days
from brokering.episodes import writing
from brokering.ledger import repository as ledger
from brokering.ledger.call import Call
from brokering.listing import Rows, list_rows
from brokering.offers.errors import DeploymentEnded
from brokering.visits import repository
from brokering.visits.errors import VisitNotFound, VisitWithdrawn
from brokering.visits.schemas import NewVisit, Visit, VisitWithdrawal
from shared.events.outbox import NewEvent, append_async
from shared.ids import new_id
from shared.pagination import PageParameters
from shared.responses import json_response

VISIT_CHANGED = "brokering.visit.changed"


async def list_visits(call: Call, episode_id: UUID, page: PageParameters) -> Response:
    """Answer with one page of an episode's visits, or with all of them."""
    episode = await writing.seen(call, episode_id)
    rows = Rows(
        fetch=lambda session, after, limit: repository.page(session, episode.id, after=after, limit=limit),
        count=lambda: repository.count(call.session, episode.id),
    )
    return await list_rows(call.request, call.session, page, rows, document=_document, model=Visit)


async def get_visit(call: Call, episode_id: UUID, visit_id: UUID, status: int = 200) -> Response:
    """Answer with one visit."""
    episode = await writing.seen(call, episode_id)
    row = await repository.find(call.session, episode.id, visit_id)
    if row is None:
        raise VisitNotFound("The episode has no such visit.")
    headers = {"Location": f"/v1/episodes/{episode_id}/visits/{visit_id}"} if status == 201 else {}  # noqa: PLR2004
    return json_response(call.request, _document(row), status=status, headers=headers)


async def record(call: Call, episode_id: UUID, body: NewVisit) -> Response:
    """Record a visit and use its days.

    Raises a Conflict where the episode is not open or fewer days are left than the visit took.
    """
    held = await writing.hold_days(call, episode_id)
    step = writing.allowed(held, "visit")
    deployment = await writing.deployment_of(call, held, body.deployment_id)
    writing.check_day(body.on, held, deployment, call.now)
    movement = Movement(step.movement or "used", half_days(Decimal(str(body.days))))
    entry_id = await _use(call, held, deployment, movement, body)
    visit_id = new_id()
    await repository.add(call.session, {"id": visit_id, "movement_id": entry_id, **_values(call, deployment, body)})
    await _tell(call, visit_id, episode_id, "recorded")
    await call.act_for_client()
    return await get_visit(call, episode_id, visit_id, status=201)


async def withdraw(call: Call, episode_id: UUID, visit_id: UUID, body: VisitWithdrawal) -> Response:
    """Withdraw a visit recorded by mistake: its days stand as reserved again, and the visit stays on record."""
    held = await writing.hold_days(call, episode_id)
    step = writing.allowed(held, "withdraw_visit")
    visit = await repository.find(call.session, held.id, visit_id)
    if visit is None:
        raise VisitNotFound("The episode has no such visit.")
    if visit.withdrawal is not None:
        raise VisitWithdrawn("The visit has been withdrawn already.")
    deployment = await writing.deployment_of(call, held, visit.deployment_id)
    if deployment.ends_on is not None:
        raise DeploymentEnded("The leader's deployment has ended, and its days are settled.")
    if visit.half_days:
        movement = Movement(step.movement or "use_corrected", visit.half_days)
        writing.check_days(deployment, movement)
        await ledger.enter(
            call.session, writing.entry_of(call, held, deployment, movement, on=visit.visited_on, note=body.reason)
        )
    said = {"reason": body.reason, "by": call.principal.subject, "at": call.now.isoformat()}
    await repository.withdraw(call.session, visit_id, said)
    await _tell(call, visit_id, episode_id, "withdrawn")
    await call.act_for_client()
    return await get_visit(call, episode_id, visit_id)


async def _use(call: Call, held: Row[Any], deployment: Row[Any], movement: Movement, body: NewVisit) -> UUID | None:
    if movement.half_days == 0:
        return None
    writing.check_days(deployment, movement)
    entry = await ledger.enter(call.session, writing.entry_of(call, held, deployment, movement, on=body.on))
    return UUID(str(entry.id))


def _values(call: Call, deployment: Row[Any], body: NewVisit) -> dict[str, Any]:
    travel = body.travel
    return {
        "episode_id": deployment.episode_id,
        "deployment_id": deployment.id,
        "leader_id": deployment.leader_id,
        "purpose": body.purpose,
        "mode": body.mode,
        "visited_on": body.on,
        "half_days": half_days(Decimal(str(body.days))),
        "travel_km": None if travel is None or travel.km is None else Decimal(str(travel.km)),
        "travel_minutes": None if travel is None else travel.minutes,
        "notes": body.notes,
        "recorded_by": call.principal.subject,
        "recorded_at": call.now,
    }


async def _tell(call: Call, visit_id: UUID, episode_id: UUID, state: str) -> None:
    data = {"id": str(visit_id), "episode_id": str(episode_id), "state": state}
    await append_async(call.session, [NewEvent(VISIT_CHANGED, str(visit_id), data)])


def _document(row: Row[Any]) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "episode_id": str(row.episode_id),
        "deployment_id": str(row.deployment_id),
        "leader_id": str(row.leader_id),
        "ledger_entry_id": str(row.movement_id) if row.movement_id else None,
        "purpose": row.purpose,
        "mode": row.mode,
        "on": row.visited_on,
        "days": to_days(row.half_days),
        "travel": {"km": None if row.travel_km is None else float(row.travel_km), "minutes": row.travel_minutes},
        "notes": row.notes,
        "recorded_by": row.recorded_by,
        "recorded_at": row.recorded_at,
        "withdrawal": row.withdrawal,
    }
