"""Many answers of a regional director at once, row by row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from fastapi import Response
from pydantic import ValidationError
from sqlalchemy.exc import IntegrityError

from brokering.budgets import repository as budgets
from brokering.budgets.errors import CONSTRAINT_ERRORS as BUDGET_ERRORS
from brokering.ledger import repository as ledger
from brokering.ledger.call import Call
from brokering.offers import repository, service, steps
from brokering.offers.errors import CONSTRAINT_ERRORS, BatchNotFound
from brokering.offers.schemas import BatchRequest, BatchRow
from shared.errors import Conflict, DomainError
from shared.ids import new_id
from shared.problems import pointer_to, sentence_of
from shared.responses import json_response

Outcome = dict[str, Any]


async def approve_batch(call: Call, body: BatchRequest) -> Response:
    """Take each row by itself; all that the rows touch is locked first, in the one order."""
    rows = [_read(number, row) for number, row in enumerate(body.rows)]
    good = [row for row in rows if isinstance(row, BatchRow)]
    seen = await repository.find_many(call.session, call.principal, (row.offer_id for row in good))
    await call.act_for_all()
    await ledger.lock(
        call.session,
        leaders=[offer.leader_id for offer in seen.values()],
        needs=[offer.need_id for offer in seen.values()],
        proposals=steps.present(*(offer.proposal_id for offer in seen.values())),
        offers=seen,
        budgets=await budgets.grants_on(
            call.session, [offer.tenancy_region for offer in seen.values()], call.now.date()
        ),
    )
    outcomes = [
        await _take(call, number, row, seen=row.offer_id in seen) if isinstance(row, BatchRow) else row
        for number, row in enumerate(rows)
    ]
    batch_id = new_id()
    author = {"client_id": call.principal.client_id, "subject": call.principal.subject}
    await repository.add_batch(call.session, {"id": batch_id, "rows": outcomes, **author})
    headers = {"Location": f"/v1/approvals/batches/{batch_id}"}
    return json_response(call.request, _document(batch_id, outcomes), headers=headers)


async def get_batch(call: Call, batch_id: UUID, status: str | None) -> Response:
    """Answer with what became of a batch's rows: all, or those of one status."""
    batch = await repository.find_batch(call.session, call.principal, batch_id)
    if batch is None:
        raise BatchNotFound("There is no such batch.")
    document = _document(batch_id, batch.rows)
    document["data"] = [row for row in batch.rows if status is None or row["status"] == status]
    return json_response(call.request, document)


def _read(number: int, row: dict[str, Any]) -> BatchRow | Outcome:
    try:
        return BatchRow.model_validate(row)
    except ValidationError as error:
        problems = [
            {"code": str(p["type"]), "pointer": pointer_to(p["loc"]), "detail": sentence_of(str(p["msg"]))}
            for p in error.errors(include_input=False, include_context=False, include_url=False)
        ]
        return _rejected(number, None, problems)


async def _take(call: Call, number: int, row: BatchRow, *, seen: bool) -> Outcome:
    try:
        if not seen:
            raise service.no_such_offer()
        answer = service.approval_of(row)
        steps.check_reason(answer)
        async with call.session.begin_nested():
            held = await repository.current(call.session, row.offer_id)
            taken = await steps.take(call.session, held, answer, call.principal, call.now)
    except DomainError as error:
        return _rejected(number, row.offer_id, _problems(error))
    except IntegrityError as error:
        name = getattr(getattr(error.orig, "diag", None), "constraint_name", None) or ""
        known = {**CONSTRAINT_ERRORS, **BUDGET_ERRORS}.get(name, Conflict("This conflicts with what is stored."))
        return _rejected(number, row.offer_id, _problems(known))
    return {"row": number, "offer_id": str(row.offer_id), "status": "applied", **taken, "errors": []}


def _problems(error: DomainError) -> list[dict[str, str]]:
    if error.errors:
        return [{"code": e.code, "pointer": e.pointer, "detail": e.detail} for e in error.errors]
    return [{"code": error.slug, "pointer": "", "detail": error.detail}]


def _rejected(number: int, offer_id: UUID | None, problems: Sequence[dict[str, str]]) -> Outcome:
    shown = str(offer_id) if offer_id else None
    return {"row": number, "offer_id": shown, "status": "rejected", "state": None, "errors": list(problems)}


def _document(batch_id: UUID, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    applied = sum(outcome["status"] == "applied" for outcome in outcomes)
    counts = {"rows": len(outcomes), "applied": applied, "rejected": len(outcomes) - applied}
    return {"id": str(batch_id), "counts": counts, "data": list(outcomes)}
