"""The two kinds of budget: entering, reading, changing the value."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import UUID

from fastapi import Response
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from brokering.budgets import repository
from brokering.budgets.documents import budget_document, entry_document
from brokering.budgets.errors import BudgetExceeded, BudgetNotFound, BudgetsOverlap
from brokering.budgets.partners import check_regions, partner_of
from brokering.budgets.repository import CONTRACT, GRANT
from brokering.budgets.schemas import Budget, BudgetPatch, MoneyEntry, NewContract, NewGrant
from brokering.domain.money import in_pence, pounds, told
from brokering.ledger.call import Call
from brokering.ledger.repository import BUDGETS
from brokering.listing import Rows, list_rows, page_after_page, streamed
from shared.errors import FieldProblem, invalid
from shared.etags import check_if_match, etag_of
from shared.events.outbox import NewEvent, append_async
from shared.ids import new_id
from shared.pagination import PageParameters, page_of
from shared.responses import dumps, json_response, page_response

BUDGET_CHANGED = "brokering.budget.changed"


async def list_contracts(call: Call, partner_id: UUID) -> Response:
    """Answer with all contracts of a delivery partner."""
    partner = await partner_of(call, partner_id)

    async def every(session: AsyncSession) -> AsyncIterator[Row[Any]]:
        for row in await repository.contracts(session, call.principal, partner.id):
            yield row

    def document(row: Row[Any]) -> dict[str, Any]:
        return budget_document(row, call.now.date())

    if whole := streamed(call.request, every, document=document, model=Budget):
        return whole
    return json_response(call.request, {"data": [document(row) async for row in every(call.session)]})


async def add_contract(call: Call, partner_id: UUID, body: NewContract) -> Response:
    """Enter a contract; its regions are among the partner's."""
    partner = await partner_of(call, partner_id, lock=True)
    outside = sorted(set(body.regions) - set(partner.regions))
    if outside:
        raise invalid("/regions", f"The partner does not cover {', '.join(outside)}.", "outside_regions")
    values = {"kind": CONTRACT, "partner_id": partner.id, "regions": sorted(set(body.regions))}
    tenancy = {"tenancy_orgs": partner.tenancy_orgs}
    return await _add(call, {**values, **tenancy}, body, f"/v1/delivery-partners/{partner_id}/contracts")


async def list_grants(call: Call, region: str | None, page: PageParameters) -> Response:
    """Answer with one page of deployment grants, or with all of them."""

    def document(row: Row[Any]) -> dict[str, Any]:
        return budget_document(row, call.now.date())

    rows = Rows(
        fetch=lambda session, after, limit: repository.grants(
            session, call.principal, region, after=after, limit=limit
        ),
        count=lambda: repository.count_grants(call.session, call.principal, region),
    )
    return await list_rows(call.request, call.session, page, rows, document=document, model=Budget)


async def add_grant(call: Call, body: NewGrant) -> Response:
    """Enter a region's deployment grant; raises BudgetsOverlap where one holds for some of its days."""
    check_regions(call, [body.region])
    if await repository.overlapping_grant(call.session, body.region, body.starts_on, body.ends_on):
        raise BudgetsOverlap(f"{body.region} has a grant for some of these days.")
    values = {"kind": GRANT, "regions": [body.region], "tenancy_region": body.region}
    return await _add(call, values, body, "/v1/grants")


async def _add(call: Call, values: dict[str, Any], body: NewContract | NewGrant, place: str) -> Response:
    budget_id = new_id()
    period = {"title": body.title, "starts_on": body.starts_on, "ends_on": body.ends_on}
    value = {"value_pence": in_pence(body.value), "updated_at": call.now}
    history = [_change(call, None, body.value, None)]
    await repository.add(call.session, BUDGETS, {"id": budget_id, **values, **period, **value, "history": history})
    await _tell(call, budget_id, values["kind"])
    return await get_budget(call, values["kind"], budget_id, location=f"{place}/{budget_id}")


async def budget_of(call: Call, kind: str, budget_id: UUID, partner_id: UUID | None = None) -> Row[Any]:
    """Return a budget in the client's sight; raises BudgetNotFound."""
    row = await repository.budget(call.session, call.principal, kind, budget_id)
    if row is None or (partner_id is not None and row.partner_id != partner_id):
        raise BudgetNotFound("There is no such budget.")
    return row


async def get_budget(
    call: Call, kind: str, budget_id: UUID, partner_id: UUID | None = None, location: str | None = None
) -> Response:
    """Answer with one budget; `location` where it has just been made."""
    document = budget_document(await budget_of(call, kind, budget_id, partner_id), call.now.date())
    headers = {"Location": location} if location else {}
    return json_response(call.request, document, status=201 if location else 200, headers=headers)


async def change_value(
    call: Call, kind: str, budget_id: UUID, body: BudgetPatch, *, if_match: str, partner_id: UUID | None = None
) -> Response:
    """Change a budget's value; raises BudgetExceeded below what is committed and claimed."""
    await budget_of(call, kind, budget_id, partner_id)
    held = await repository.lock(call.session, budget_id)
    check_if_match(if_match, etag_of(dumps(budget_document(held, call.now.date()))))
    value = in_pence(body.value)
    spoken_for = held.committed_pence + held.claimed_pence
    if value < spoken_for:
        raise BudgetExceeded(
            f"{told(spoken_for)} is committed and claimed already.",
            errors=[FieldProblem("/value", "Less than is committed and claimed.", "below_spent")],
        )
    change = _change(call, pounds(held.value_pence), body.value, body.reason)
    values = {"value_pence": value, "history": [*held.history, change], "updated_at": call.now}
    await repository.change(call.session, BUDGETS, budget_id, values)
    await _tell(call, budget_id, kind)
    return await get_budget(call, kind, budget_id)


async def list_entries(
    call: Call, kind: str, budget_id: UUID, page: PageParameters, partner_id: UUID | None = None
) -> Response:
    """Answer with one page of a budget's entries of money, or with all of them."""
    await budget_of(call, kind, budget_id, partner_id)

    def every(session: AsyncSession) -> AsyncIterator[Row[Any]]:
        async def fetch(after: int | None, limit: int) -> Sequence[Row[Any]]:
            return await repository.entries(session, budget_id, after=after, limit=limit)

        return page_after_page(fetch, lambda row: row.seq)

    if whole := streamed(call.request, every, document=entry_document, model=MoneyEntry):
        return whole
    total = await repository.count_entries(call.session, budget_id) if page.include_total else None
    key = page.key(int)
    after = int(key[0]) if key and key[0] is not None else None
    rows = await repository.entries(call.session, budget_id, after=after, limit=page.limit + 1)
    shown = page_of(call.request, page, rows, lambda row: (row.seq,), total=total)
    return page_response(call.request, {**shown, "data": [entry_document(row) for row in shown["data"]]})


def _change(call: Call, before: float | None, after: float, reason: str | None) -> dict[str, Any]:
    by, at = call.principal.subject, call.now.isoformat()
    return {"from": before, "to": after, "reason": reason, "by": by, "at": at}


async def _tell(call: Call, budget_id: UUID, kind: str) -> None:
    await append_async(call.session, [NewEvent(BUDGET_CHANGED, str(budget_id), {"id": str(budget_id), "kind": kind})])
