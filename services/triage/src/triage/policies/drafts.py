"""Drafts of versions: made, and then either brought into force or withdrawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from fastapi import Request, Response
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Principal
from shared.events.outbox import NewEvent, append_async
from shared.responses import json_response
from triage.policies import repository
from triage.policies.document_schemas import NewPolicyVersion
from triage.policies.documents import content_hash
from triage.policies.drafting import draft_of
from triage.policies.service import document_of, state_of
from triage.problems import ActivationTooLate, NotADraft, PolicyNotFound, PolicyOverlap, PolicyVersionTaken

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
    base = await repository.version(session, scheme, _latest_active(held)["version"])
    if base is None:
        raise PolicyNotFound("There is no such version of this scheme.")
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


def _latest_active(held: Sequence[RowMapping]) -> RowMapping:
    return max((row for row in held if row["active"]), key=lambda row: (row["in_force_from"], row["version"]))


async def activate(request: Request, session: AsyncSession, principal: Principal, step: Step) -> Response:
    """Bring a draft into force from its day on, and tell of it."""
    draft = await _draft(session, step)
    begins = draft["in_force_from"]
    if begins <= step.on:
        raise ActivationTooLate(f"Version {step.version} was to be in force from {begins}: draft it with a later day.")
    others = await repository.versions(session, step.scheme)
    _refuse_overlap(draft, others)
    await _take(session, principal, step, ACTIVATED)
    data = {
        "scheme": step.scheme,
        "version": step.version,
        "in_force_from": begins,
        "content_hash": draft["content_hash"],
    }
    await append_async(session, [NewEvent("triage.policy.activated", f"{step.scheme}/{step.version}", data)])
    return json_response(request, await _document(session, step.scheme, step.version, step.on))


def _refuse_overlap(draft: RowMapping, others: Sequence[RowMapping]) -> None:
    """An earlier version blocks by an end of its own, a later one by its beginning."""
    begins, ends = draft["in_force_from"], draft["in_force_to"]
    for other in others:
        since, until = other["in_force_from"], other["own_end"]
        if since < begins and until is not None and until >= begins:
            raise PolicyOverlap(f"Version {other['version']} is in force to {until} by its own document.")
        if since >= begins and (ends is None or since <= ends):
            raise PolicyOverlap(f"Version {other['version']} is active from {since}; this one would still be in force.")


async def withdraw(request: Request, session: AsyncSession, principal: Principal, step: Step) -> Response:
    """Withdraw a draft."""
    await _draft(session, step)
    await _take(session, principal, step, WITHDRAWN)
    return json_response(request, await _document(session, step.scheme, step.version, step.on))


async def _draft(session: AsyncSession, step: Step) -> RowMapping:
    """The draft a step is taken on; until the end of the transaction nobody else takes one in the scheme."""
    await repository.hold(session, step.scheme)
    row = await repository.version(session, step.scheme, step.version)
    if row is None:
        raise PolicyNotFound("There is no such version of this scheme.")
    state = state_of(row, step.on)
    if state != "draft":
        since = f" (from {row['in_force_from']})" if row["active"] else ""
        raise NotADraft(f"Version {step.version} is {state}{since}: nothing about it changes any more.")
    return row


async def _take(session: AsyncSession, principal: Principal, step: Step, taken: str) -> None:
    await repository.step(session, step.scheme, step.version, taken=taken, reason=step.reason, principal=principal)


async def _document(session: AsyncSession, scheme: str, version: int, on: date) -> dict[str, Any]:
    row = await repository.version(session, scheme, version)
    if row is None:
        raise PolicyNotFound("There is no such version of this scheme.")
    return document_of(row, on)
