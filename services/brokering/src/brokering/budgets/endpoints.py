"""Routes of delivery partners, their contracts and fees, and of deployment grants."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from brokering.budgets import fees, partners, service
from brokering.budgets.repository import CONTRACT, GRANT
from brokering.budgets.schemas import (
    Budget,
    BudgetList,
    BudgetPage,
    BudgetPatch,
    Fee,
    FeeAnswer,
    FeePage,
    MoneyEntryPage,
    NewContract,
    NewFee,
    NewGrant,
    NewPartner,
    Partner,
    PartnerPage,
    PartnerPatch,
)
from brokering.leaders.schemas import Region
from brokering.ledger.call import Call
from brokering.scopes import BUDGETS_READ, BUDGETS_WRITE, FEES_APPROVE, FEES_WRITE
from shared.auth.access import Requires
from shared.auth.principal import Principal
from shared.clock import request_time
from shared.db.session import Db
from shared.etags import IfMatch
from shared.idempotency import Idempotent
from shared.pagination import PageRequest
from shared.responses import LINES_OR_TABLE

router = APIRouter(tags=["budgets"])

Now = Annotated[datetime, Depends(request_time)]
Reader = Annotated[Principal, Requires(BUDGETS_READ)]
Keeper = Annotated[Principal, Requires(BUDGETS_WRITE)]
Charger = Annotated[Principal, Requires(FEES_WRITE, user=True)]
Approver = Annotated[Principal, Requires(FEES_APPROVE, user=True)]
InRegion = Annotated[Region | None, Query(examples=["London"])]

PARTNERS = "/v1/delivery-partners"
ONE_PARTNER = PARTNERS + "/{partner_id}"
CONTRACTS = ONE_PARTNER + "/contracts"
ONE_CONTRACT = CONTRACTS + "/{contract_id}"


@router.get(
    PARTNERS, operation_id="list_delivery_partners", responses={200: {"model": PartnerPage, "content": LINES_OR_TABLE}}
)
async def list_delivery_partners(
    *, request: Request, principal: Reader, session: Db, page: PageRequest, now: Now, region: InRegion = None
) -> Response:
    """List delivery partners; a partner sees itself only."""
    return await partners.list_partners(Call(request, session, principal, now), region, page)


@router.post(PARTNERS, operation_id="create_delivery_partner", status_code=201, responses={201: {"model": Partner}})
async def create_delivery_partner(
    *, request: Request, body: NewPartner, principal: Keeper, session: Db, once: Idempotent, now: Now
) -> Response:
    """Enter a delivery partner with its regions."""
    return await once(lambda: partners.add_partner(Call(request, session, principal, now), body))


@router.get(ONE_PARTNER, operation_id="get_delivery_partner", responses={200: {"model": Partner}})
async def get_delivery_partner(
    *, request: Request, partner_id: UUID, principal: Reader, session: Db, now: Now
) -> Response:
    """Read one delivery partner."""
    return await partners.get_partner(Call(request, session, principal, now), partner_id)


@router.patch(ONE_PARTNER, operation_id="change_delivery_partner", responses={200: {"model": Partner}})
async def change_delivery_partner(
    *,
    request: Request,
    partner_id: UUID,
    body: PartnerPatch,
    principal: Keeper,
    session: Db,
    if_match: IfMatch,
    now: Now,
) -> Response:
    """Change the regions a partner covers, with the reason; 409 without one that a contract still covers."""
    call = Call(request, session, principal, now)
    return await partners.change_partner(call, partner_id, body, if_match=if_match)


@router.get(CONTRACTS, operation_id="list_contracts", responses={200: {"model": BudgetList, "content": LINES_OR_TABLE}})
async def list_contracts(*, request: Request, partner_id: UUID, principal: Reader, session: Db, now: Now) -> Response:
    """List all contracts of a delivery partner, with what is committed, claimed and left of each."""
    return await service.list_contracts(Call(request, session, principal, now), partner_id)


@router.post(CONTRACTS, operation_id="create_contract", status_code=201, responses={201: {"model": Budget}})
async def create_contract(
    *,
    request: Request,
    partner_id: UUID,
    body: NewContract,
    principal: Keeper,
    session: Db,
    once: Idempotent,
    now: Now,
) -> Response:
    """Enter a partner's contract. It pays the partner's own work, never a leader's days."""
    return await once(lambda: service.add_contract(Call(request, session, principal, now), partner_id, body))


@router.get(ONE_CONTRACT, operation_id="get_contract", responses={200: {"model": Budget}})
async def get_contract(
    *, request: Request, partner_id: UUID, contract_id: UUID, principal: Reader, session: Db, now: Now
) -> Response:
    """Read one contract."""
    return await service.get_budget(Call(request, session, principal, now), CONTRACT, contract_id, partner_id)


@router.patch(ONE_CONTRACT, operation_id="change_contract", responses={200: {"model": Budget}})
async def change_contract(
    *,
    request: Request,
    partner_id: UUID,
    contract_id: UUID,
    body: BudgetPatch,
    principal: Keeper,
    session: Db,
    if_match: IfMatch,
    now: Now,
) -> Response:
    """Change a contract's value, with the reason; 409 below what is committed and claimed."""
    call = Call(request, session, principal, now)
    return await service.change_value(call, CONTRACT, contract_id, body, if_match=if_match, partner_id=partner_id)


@router.get(
    ONE_CONTRACT + "/entries",
    operation_id="list_contract_entries",
    responses={200: {"model": MoneyEntryPage, "content": LINES_OR_TABLE}},
)
async def list_contract_entries(
    *,
    request: Request,
    partner_id: UUID,
    contract_id: UUID,
    principal: Reader,
    session: Db,
    page: PageRequest,
    now: Now,
) -> Response:
    """List the entries of money of a contract, oldest first."""
    return await service.list_entries(Call(request, session, principal, now), CONTRACT, contract_id, page, partner_id)


@router.get(
    ONE_CONTRACT + "/fees", operation_id="list_fees", responses={200: {"model": FeePage, "content": LINES_OR_TABLE}}
)
async def list_fees(
    *,
    request: Request,
    partner_id: UUID,
    contract_id: UUID,
    principal: Reader,
    session: Db,
    page: PageRequest,
    now: Now,
) -> Response:
    """List the fees charged to a contract, newest first."""
    return await fees.list_fees(Call(request, session, principal, now), partner_id, contract_id, page)


@router.post(ONE_CONTRACT + "/fees", operation_id="enter_fee", status_code=201, responses={201: {"model": Fee}})
async def enter_fee(
    *,
    request: Request,
    partner_id: UUID,
    contract_id: UUID,
    body: NewFee,
    principal: Charger,
    session: Db,
    once: Idempotent,
    now: Now,
) -> Response:
    """Charge identification, matching, brokering or monitoring to the contract, as the partner. 409 over its value."""
    call = Call(request, session, principal, now)
    return await once(lambda: fees.enter(call, partner_id, contract_id, body))


@router.post(ONE_CONTRACT + "/fees/{fee_id}/approval", operation_id="approve_fee", responses={200: {"model": Fee}})
async def approve_fee(
    *,
    request: Request,
    partner_id: UUID,
    contract_id: UUID,
    fee_id: UUID,
    body: FeeAnswer,
    principal: Approver,
    session: Db,
    once: Idempotent,
    now: Now,
) -> Response:
    """Approve a fee of an own region or refuse it, as the department; never by whoever entered it."""
    call = Call(request, session, principal, now)
    return await once(lambda: fees.answer(call, partner_id, contract_id, fee_id, body))


@router.get("/v1/grants", operation_id="list_grants", responses={200: {"model": BudgetPage, "content": LINES_OR_TABLE}})
async def list_grants(
    *, request: Request, principal: Reader, session: Db, page: PageRequest, now: Now, region: InRegion = None
) -> Response:
    """List deployment grants with what is left of each. `Accept: application/x-ndjson` streams all that match."""
    return await service.list_grants(Call(request, session, principal, now), region, page)


@router.post("/v1/grants", operation_id="create_grant", status_code=201, responses={201: {"model": Budget}})
async def create_grant(
    *, request: Request, body: NewGrant, principal: Keeper, session: Db, once: Idempotent, now: Now
) -> Response:
    """Enter a region's deployment grant, which pays leaders' days at the day rate."""
    return await once(lambda: service.add_grant(Call(request, session, principal, now), body))


@router.get("/v1/grants/{grant_id}", operation_id="get_grant", responses={200: {"model": Budget}})
async def get_grant(*, request: Request, grant_id: UUID, principal: Reader, session: Db, now: Now) -> Response:
    """Read one deployment grant."""
    return await service.get_budget(Call(request, session, principal, now), GRANT, grant_id)


@router.patch("/v1/grants/{grant_id}", operation_id="change_grant", responses={200: {"model": Budget}})
async def change_grant(
    *,
    request: Request,
    grant_id: UUID,
    body: BudgetPatch,
    principal: Keeper,
    session: Db,
    if_match: IfMatch,
    now: Now,
) -> Response:
    """Change a grant's value, with the reason; 409 below what is committed and claimed."""
    return await service.change_value(Call(request, session, principal, now), GRANT, grant_id, body, if_match=if_match)


@router.get(
    "/v1/grants/{grant_id}/entries",
    operation_id="list_grant_entries",
    responses={200: {"model": MoneyEntryPage, "content": LINES_OR_TABLE}},
)
async def list_grant_entries(
    *, request: Request, grant_id: UUID, principal: Reader, session: Db, page: PageRequest, now: Now
) -> Response:
    """List the entries of money of a grant, oldest first."""
    return await service.list_entries(Call(request, session, principal, now), GRANT, grant_id, page)
