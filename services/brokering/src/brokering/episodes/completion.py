"""Completion, signed off by the supported body; and the end of one leader's deployment."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import Response
from sqlalchemy import Row

from brokering.domain.ledger import Movement
from brokering.episodes import ending, repository, service, writing
from brokering.episodes.schemas import CompletionRequest, EndRequest, SignOffRequest
from brokering.ledger import repository as ledger
from brokering.ledger.call import Call
from brokering.offers.errors import DeploymentEnded, DeploymentNotFound, SignedByAuthor
from shared.errors import Forbidden, invalid
from shared.responses import json_response

SUPPORTED_BODIES = frozenset({"school", "trust", "la"})


def only_supported_body(call: Call) -> None:
    """Raise Forbidden unless the token is of a school, a trust or a local authority; its sight is checked apart."""
    if call.principal.org.kind not in SUPPORTED_BODIES:
        raise Forbidden("The supported school or its responsible body signs off.")


async def get(call: Call, episode_id: UUID) -> Response:
    """Answer with how completion stands."""
    return json_response(call.request, _document(await writing.seen(call, episode_id)))


async def ask(call: Call, episode_id: UUID, body: CompletionRequest) -> Response:
    """Ask the supported body to sign the episode off; nothing is written to it until it has answered."""
    seen = await writing.seen(call, episode_id)
    await call.act_for_all()
    held = await writing.hold(call.session, seen)
    step = writing.allowed(held, "complete")
    asked = {
        "summary": body.summary,
        "requested_by": call.principal.subject,
        "requested_for": str(call.principal.org),
        "requested_at": call.now.isoformat(),
    }
    await writing.write_step(call, held, step, None, completion=asked)
    await call.act_for_client()
    return await get(call, episode_id)


async def sign_off(call: Call, episode_id: UUID, body: SignOffRequest) -> Response:
    """Complete the episode, its unused days given back and its need met; or send it back with a reason."""
    seen = await writing.seen(call, episode_id)
    only_supported_body(call)
    if not body.signed_off and not body.reason:
        raise invalid("/reason", "Say why.", "reason_required")
    await call.act_for_all()
    held, joining = await ending.hold(call, seen)
    step = writing.allowed(held, "sign_off" if body.signed_off else "send_back")
    if held.completion["requested_by"] == call.principal.subject:
        raise SignedByAuthor("Whoever asked for completion does not sign it off.")
    await ending.release(call, held, joining, step)
    answer = {
        "signed_off": body.signed_off,
        "reason": body.reason,
        "by": call.principal.subject,
        "on_behalf_of": str(call.principal.org),
        "at": call.now.isoformat(),
    }
    values: dict[str, Any] = {"completion": {**held.completion, "sign_off": answer}}
    if body.signed_off:
        values["completed_on"] = call.now.date()
    await writing.write_step(call, held, step, body.reason, **values)
    await call.act_for_client()
    return await get(call, episode_id)


async def end_deployment(call: Call, episode_id: UUID, deployment_id: UUID, body: EndRequest) -> Response:
    """End one leader's part: unused days go back under the episode's cap, for another leader to be offered."""
    seen = await writing.seen(call, episode_id)
    if call.principal.org.kind == "leader":
        raise Forbidden("The delivery partner ends deployments.")
    await call.act_for_all()
    held = await writing.hold(call.session, seen)
    step = writing.allowed(held, "end_deployment")
    rows = {row.id: row for row in await repository.deployments(call.session, held.id)}
    deployment = rows.get(deployment_id)
    if deployment is None:
        raise DeploymentNotFound("The episode has no such deployment.")
    if deployment.ends_on is not None:
        raise DeploymentEnded(f"The deployment ended on {deployment.ends_on}.")
    writing.check_day(body.on, held, deployment, call.now)
    unused = Movement(step.movement or "released", deployment.reserved_half_days)
    await ledger.enter(call.session, writing.entry_of(call, held, deployment, unused, on=body.on, note=body.reason))
    ending = {"reason": body.reason, "by": call.principal.subject, "at": call.now.isoformat()}
    values = {"ends_on": body.on or call.now.date(), "ending": ending}
    await repository.end_deployment(call.session, deployment_id, values)
    await writing.write_step(call, held, step, body.reason)
    await call.act_for_client()
    return await service.get_episode(call, episode_id)


def _document(row: Row[Any]) -> dict[str, Any]:
    asked = row.completion or {}
    return {
        "episode_id": str(row.id),
        "state": row.state,
        "summary": asked.get("summary"),
        "requested_by": asked.get("requested_by"),
        "requested_at": asked.get("requested_at"),
        "sign_off": asked.get("sign_off"),
        "completed_on": row.completed_on,
    }
