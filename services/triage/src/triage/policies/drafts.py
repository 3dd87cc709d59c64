"""Drafts of versions: made, and then either brought into force or withdrawn."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from fastapi import Request, Response
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Principal
from shared.errors import invalid
from shared.events.outbox import NewEvent, append_async
from shared.responses import json_response
from triage.policies import repository
from triage.policies.cautions import overlap
from triage.policies.document_schemas import NewPolicyVersion
from triage.policies.documents import content_hash
from triage.policies.drafting import draft_of
from triage.policies.service import active_of, document_of, latest, state_of
from triage.problems import ActivationTooLate, NotADraft, NotComing, PolicyNotFound, PolicyOverlap, PolicyVersionTaken

ACTIVATED: Final = "activated"
WITHDRAWN: Final = "withdrawn"


@dataclass(frozen=True, slots=True)
class Step:
    """A step that ends a draft, and the day it is taken on."""

    scheme: str
    version: int
    reason: str
    on: date


async def create(
    request: Request, session: AsyncSession, principal: Principal, *, scheme: str, wanted: NewPolicyVersion, on: date
) -> Response:
    """Add a draft; its number is the next one of the scheme."""
    await repository.hold(session, scheme)
    held = await repository.versions(session, scheme, with_drafts=True)
    if not held:
        raise PolicyNotFound("There is no such scheme.")
    number = _number(held, wanted, on)
    base = await _version(session, scheme, latest(held)["version"])
    document = draft_of(wanted, base["document"], number, on)
    await repository.draft(session, document, content_hash(document), principal)
    location = f"/v1/policies/{scheme}/versions/{number}"
    body = await _document(session, scheme, number, on)
    return json_response(request, body, status=201, headers={"Location": location})


def _number(held: Sequence[RowMapping], wanted: NewPolicyVersion, on: date) -> int:
    following = max(int(row["version"]) for row in held) + 1
    if wanted.version is None or wanted.version == following:
        return following
    taken = next((row for row in held if row["version"] == wanted.version), None)
    if taken is None:
        raise PolicyVersionTaken(f"The next version is {following}: numbers are given in their order.")
    state = state_of(taken, on)
    raise PolicyVersionTaken(f"Version {wanted.version} is {state}. A version is never edited: draft {following}.")


async def activate(
    request: Request, session: AsyncSession, principal: Principal, step: Step, *, replaces: int | None = None
) -> Response:
    """Bring a draft into force from its day on, in place of one that is still to come if so wanted; tell of both."""
    draft = await _draft(session, step)
    begins = draft["in_force_from"]
    if begins <= step.on:
        raise ActivationTooLate(f"Version {step.version} was to be in force from {begins}: draft it with a later day.")
    if replaces is not None:
        if await repository.version(session, step.scheme, replaces) is None:
            raise invalid("/replaces", "The scheme has no such version.", "unknown_version")
        await _take_back(session, principal, replace(step, version=replaces), replaced_by=step.version)
    if (blocked := overlap(draft, await active_of(session, step.scheme))) is not None:
        raise PolicyOverlap(blocked)
    await _take(session, principal, step, ACTIVATED)
    data = {
        "scheme": step.scheme,
        "version": step.version,
        "in_force_from": begins,
        "content_hash": draft["content_hash"],
    }
    await append_async(session, [NewEvent("triage.policy.activated", f"{step.scheme}/{step.version}", data)])
    return json_response(request, await _document(session, step.scheme, step.version, step.on))


async def withdraw(request: Request, session: AsyncSession, principal: Principal, step: Step) -> Response:
    """Withdraw a draft."""
    await _draft(session, step)
    await _take(session, principal, step, WITHDRAWN)
    return json_response(request, await _document(session, step.scheme, step.version, step.on))


async def withdraw_active(request: Request, session: AsyncSession, principal: Principal, step: Step) -> Response:
    """Withdraw an active version before its first day, and tell of it."""
    await repository.hold(session, step.scheme)
    await _take_back(session, principal, step, replaced_by=None)
    return json_response(request, await _document(session, step.scheme, step.version, step.on))


async def _take_back(session: AsyncSession, principal: Principal, step: Step, *, replaced_by: int | None) -> None:
    row = await _version(session, step.scheme, step.version)
    state = state_of(row, step.on)
    if state != "coming":
        raise NotComing(f"Version {step.version} is {state} (from {row['in_force_from']}): it cannot be withdrawn.")
    reason = step.reason
    await repository.withdraw(
        session, step.scheme, step.version, reason=reason, replaced_by=replaced_by, principal=principal
    )
    data = {
        "scheme": step.scheme,
        "version": step.version,
        "in_force_from": row["in_force_from"],
        "replaced_by": replaced_by,
    }
    await append_async(session, [NewEvent("triage.policy.withdrawn", f"{step.scheme}/{step.version}", data)])


async def _draft(session: AsyncSession, step: Step) -> RowMapping:
    """The draft a step is taken on; until the end of the transaction nobody else takes one in the scheme."""
    await repository.hold(session, step.scheme)
    row = await _version(session, step.scheme, step.version)
    state = state_of(row, step.on)
    if state == "coming":
        raise NotADraft(f"Version {step.version} is coming (from {row['in_force_from']}): withdraw its activation.")
    if state != "draft":
        since = f" (from {row['in_force_from']})" if row["active"] else ""
        raise NotADraft(f"Version {step.version} is {state}{since}: nothing about it changes any more.")
    return row


async def _take(session: AsyncSession, principal: Principal, step: Step, taken: str) -> None:
    await repository.step(session, step.scheme, step.version, taken=taken, reason=step.reason, principal=principal)


async def _version(session: AsyncSession, scheme: str, version: int) -> RowMapping:
    row = await repository.version(session, scheme, version)
    if row is None:
        raise PolicyNotFound("There is no such version of this scheme.")
    return row


async def _document(session: AsyncSession, scheme: str, version: int, on: date) -> dict[str, Any]:
    row = await _version(session, scheme, version)
    return document_of(row, on, await active_of(session, scheme))
