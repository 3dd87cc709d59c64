"""A delivery partner's own work, charged to its contract and approved by the department."""

from __future__ import annotations

from uuid import UUID

from fastapi import Response

from brokering.budgets import repository, service
from brokering.budgets.documents import fee_document
from brokering.budgets.errors import FeeNotFound, FeeSettled
from brokering.budgets.funding import check_remaining
from brokering.budgets.repository import CONTRACT, FEES
from brokering.budgets.schemas import Fee, FeeAnswer, NewFee
from brokering.domain.money import in_pence
from brokering.ledger.call import Call
from brokering.listing import Rows, list_rows
from brokering.offers.errors import SignedByAuthor
from shared.errors import Forbidden, invalid
from shared.events.outbox import NewEvent, append_async
from shared.ids import new_id
from shared.pagination import PageParameters
from shared.responses import json_response

FEE_CHANGED = "brokering.fee.changed"


async def list_fees(call: Call, partner_id: UUID, contract_id: UUID, page: PageParameters) -> Response:
    """Answer with one page of a contract's fees, or with all of them."""
    contract = await service.budget_of(call, CONTRACT, contract_id, partner_id)
    rows = Rows(
        fetch=lambda session, after, limit: repository.fees(session, contract.id, after=after, limit=limit),
        count=lambda: repository.count_fees(call.session, contract.id),
    )
    return await list_rows(call.request, call.session, page, rows, document=fee_document, model=Fee)


async def enter(call: Call, partner_id: UUID, contract_id: UUID, body: NewFee) -> Response:
    """Enter a fee: its amount is committed at once. Raises BudgetExceeded where the contract has less left."""
    contract = await service.budget_of(call, CONTRACT, contract_id, partner_id)
    if body.region not in contract.regions:
        raise invalid("/region", "The contract does not cover this region.", "outside_regions")
    if not contract.starts_on <= body.incurred_on <= contract.ends_on or body.incurred_on > call.now.date():
        raise invalid("/incurred_on", "Not a day of the contract that has passed.", "outside_contract")
    held = await repository.lock(call.session, contract.id)
    amount = in_pence(body.amount)
    check_remaining(held, amount)
    fee_id = new_id()
    said = {"kind": body.kind, "region": body.region, "incurred_on": body.incurred_on, "description": body.description}
    entered = {"entered_by": call.principal.subject, "entered_at": call.now, "updated_at": call.now}
    values = {"id": fee_id, "contract_id": contract.id, "amount_pence": amount, "state": "submitted"}
    await repository.add(call.session, FEES, {**values, **said, **entered})
    await _tell(call, fee_id, "submitted")
    return await _answer(call, contract_id, fee_id, 201, f"/v1/delivery-partners/{partner_id}/contracts/{contract_id}")


async def answer(call: Call, partner_id: UUID, contract_id: UUID, fee_id: UUID, body: FeeAnswer) -> Response:
    """Approve a fee, which is then claimed, or refuse it, and what was committed comes back.

    Raises Forbidden for a fee of a region that is not the client's, though the contract touches one that is.
    """
    contract = await service.budget_of(call, CONTRACT, contract_id, partner_id)
    if not body.approved and not body.reason:
        raise invalid("/reason", "Say why.", "reason_required")
    await repository.lock(call.session, contract.id)
    fee = await repository.lock_fee(call.session, contract.id, fee_id)
    if fee is None:
        raise FeeNotFound("The contract has no such fee.")
    if not call.principal.sees_everything and fee.region not in call.principal.regions:
        raise Forbidden(f"The fee is for work in {fee.region}: whoever answers for that region approves it.")
    if fee.state != "submitted":
        raise FeeSettled(f"The fee has been {fee.state} already.")
    if fee.entered_by == call.principal.subject:
        raise SignedByAuthor("Whoever entered a fee does not approve it.")
    state = "approved" if body.approved else "refused"
    says = {"approved": body.approved, "reason": body.reason}
    answered = {**says, "by": call.principal.subject, "at": call.now.isoformat()}
    values = {"state": state, "answer": answered, "updated_at": call.now}
    await repository.change(call.session, FEES, fee_id, values)
    await _tell(call, fee_id, state)
    return await _answer(call, contract_id, fee_id, 200, None)


async def _answer(call: Call, contract_id: UUID, fee_id: UUID, status: int, place: str | None) -> Response:
    row = await repository.lock_fee(call.session, contract_id, fee_id)
    if row is None:
        raise FeeNotFound("The contract has no such fee.")
    headers = {"Location": f"{place}/fees"} if place else {}
    return json_response(call.request, fee_document(row), status=status, headers=headers)


async def _tell(call: Call, fee_id: UUID, state: str) -> None:
    await append_async(call.session, [NewEvent(FEE_CHANGED, str(fee_id), {"id": str(fee_id), "state": state})])
