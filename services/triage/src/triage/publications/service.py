"""Making decisions public, and reading what is."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from fastapi import Request, Response
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Principal
from shared.errors import Unprocessable
from shared.events.outbox import NewEvent, append_async
from shared.pagination import PageParameters
from shared.responses import json_response
from shared.words import found_spans
from triage.domain.procedure import codes
from triage.domain.redaction import consulted_kinds, redact
from triage.listing import list_by_id
from triage.notices.giving import shown_reasons
from triage.notices.service import require_office
from triage.problems import CannotBePublished, DecisionNotFound
from triage.procedure.service import procedure_on, refused_words
from triage.publications import repository
from triage.publications.repository import PublishedFilter
from triage.publications.schemas import NewPublication, PublishedDecision

DECISION_PUBLISHED: Final = "triage.decision.published"
COLUMNS: Final = tuple(PublishedDecision.model_fields)


async def publish(
    request: Request,
    session: AsyncSession,
    principal: Principal,
    *,
    decision_id: UUID,
    wanted: NewPublication,
    on: date,
) -> Response:
    """Make a decision public, redacted; what is public from then on never changes."""
    decision = await repository.to_publish(session, decision_id, principal)
    if decision is None:
        raise DecisionNotFound("There is no such decision.")
    procedure = await procedure_on(session, on)
    require_office(principal, [each["role"] for each in procedure["authorisers"]], decision["tenancy_region"])
    if decision["published"]:
        raise CannotBePublished("The decision has been published.")
    if decision["superseded_at"] is not None:
        raise CannotBePublished("Another decision took the place of this one; publish that one.")
    rules = procedure["publication"]
    _check_words(wanted, decision, procedure)
    counts: Counter[str] = Counter()
    document = _document(decision, wanted, rules, counts)
    document["supersedes"] = await repository.published_before(session, decision["urn"], decision["scheme"])
    values = {
        "decision_id": decision_id,
        "urn": decision["urn"],
        "scheme": decision["scheme"],
        "tier": decision["tier"],
        "document": document,
        "redactions": [{"rule": rule, "count": count} for rule, count in sorted(counts.items())],
        "procedure_version": procedure["version"],
        "published_by": principal.subject,
    }
    await repository.add(session, values)
    data = {"urn": decision["urn"], "decision_id": str(decision_id), "tier": decision["tier"]}
    await append_async(session, [NewEvent(DECISION_PUBLISHED, str(decision["urn"]), data)])
    body = await _publication(session, decision_id)
    return json_response(request, body, status=201, headers={"Location": f"/v1/decisions/{decision_id}/publication"})


def _check_words(wanted: NewPublication, decision: RowMapping, procedure: Mapping[str, Any]) -> None:
    """Refuse words written for the public that hold what the rules take out: whoever wrote them can mend them.

    The decision's own reason, where it is to be published, must hold nothing for which it would be refused today.
    """
    every = codes(procedure["publication"]["redactions"])
    if problems := refused_words(procedure, {"/reason": wanted.reason}, every):
        raise Unprocessable("The reason holds what must not be published.", errors=problems)
    if wanted.reason is None and (problems := refused_words(procedure, {"/reason": decision["reason"]})):
        raise Unprocessable("The decision's own reason cannot be published; send one for the public.", errors=problems)


def _document(
    decision: RowMapping, wanted: NewPublication, rules: Mapping[str, Any], counts: Counter[str]
) -> dict[str, Any]:
    def shown(text: str) -> str:
        found = redact(text, rules["redactions"], found_spans)
        counts.update(found.counts)
        return found.text

    reason = wanted.reason or decision["reason"]
    return {
        "urn": decision["urn"],
        "school_name": decision["school_name"],
        "region": decision["region"],
        "local_authority_code": decision["la_code"],
        "scheme": decision["scheme"],
        "tier": decision["tier"],
        "route": decision["route"],
        "actions": decision["actions"],
        "conditions": [shown(each) for each in decision["conditions"]],
        "reason": shown(reason) if reason else None,
        "reason_code": decision["reason_code"],
        "reasons": shown_reasons(decision["reasons"]),
        "action_areas": decision["action_areas"],
        "authoriser_role": decision["authoriser_role"],
        "consulted": consulted_kinds(decision["consulted"], rules["consulted"]),
        "urgent_ground": decision["urgent_ground"],
        "effective_on": decision["effective_on"],
        "decided_on": decision["created_at"].date(),
    }


def published_of(row: RowMapping) -> dict[str, Any]:
    """The PublishedDecision document."""
    state = "made" if row["superseded_at"] is None else "superseded"
    times = {"published_at": row["published_at"], "superseded_at": row["superseded_at"]}
    return {"id": row["id"], **row["document"], "state": state, **times}


async def _publication(session: AsyncSession, decision_id: UUID, as_of: date | None = None) -> dict[str, Any]:
    row = await repository.get(session, decision_id, as_of)
    if row is None:
        raise DecisionNotFound("No such decision has been published.")
    kept = {"redactions": row["redactions"], "procedure_version": row["procedure_version"]}
    return {"decision": published_of(row), **kept}


async def get(request: Request, session: AsyncSession, decision_id: UUID, as_of: date | None) -> Response:
    """Answer with what was published of a decision."""
    return json_response(request, await _publication(session, decision_id, as_of), public=True)


async def list_published(
    request: Request, session: AsyncSession, wanted: PublishedFilter, page: PageParameters
) -> Response:
    """Answer with what is public, newest first."""

    async def fetch(session: AsyncSession, after: UUID | None, limit: int) -> Sequence[RowMapping]:
        return await repository.page(session, wanted, after=after, limit=limit)

    return await list_by_id(
        request,
        session,
        page,
        fetch=fetch,
        count=lambda: repository.count(session, wanted),
        document=published_of,
        columns=COLUMNS,
    )
