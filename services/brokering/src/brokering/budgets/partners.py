"""Delivery partners: entering, reading, changing the regions they cover."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from fastapi import Response
from sqlalchemy import Row

from brokering.budgets import repository
from brokering.budgets.documents import partner_document
from brokering.budgets.errors import PartnerNotFound, RegionUnderContract
from brokering.budgets.schemas import NewPartner, Partner, PartnerPatch
from brokering.ledger.call import Call
from brokering.listing import Rows, list_rows
from shared.errors import FieldProblem, invalid
from shared.etags import check_if_match, etag_of
from shared.ids import new_id
from shared.pagination import PageParameters
from shared.responses import dumps, json_response


async def list_partners(call: Call, region: str | None, page: PageParameters) -> Response:
    """Answer with one page of delivery partners, or with all of them."""
    rows = Rows(
        fetch=lambda session, after, limit: repository.partners(
            session, call.principal, region, after=after, limit=limit
        ),
        count=lambda: repository.count_partners(call.session, call.principal, region),
    )
    return await list_rows(call.request, call.session, page, rows, document=partner_document, model=Partner)


async def partner_of(call: Call, partner_id: UUID, *, lock: bool = False) -> Row[Any]:
    """Return a delivery partner in the client's sight, locked if asked; raises PartnerNotFound."""
    row = await repository.partner(call.session, call.principal, partner_id, lock=lock)
    if row is None:
        raise PartnerNotFound("There is no such delivery partner.")
    return row


async def get_partner(call: Call, partner_id: UUID, status: int = 200) -> Response:
    """Answer with one delivery partner."""
    document = partner_document(await partner_of(call, partner_id))
    headers = {"Location": f"/v1/delivery-partners/{partner_id}"} if status == 201 else {}  # noqa: PLR2004 - created
    return json_response(call.request, document, status=status, headers=headers)


async def add_partner(call: Call, body: NewPartner) -> Response:
    """Enter a delivery partner and answer with it."""
    partner_id = new_id()
    values = {
        "id": partner_id,
        "code": body.code,
        "name": body.name,
        "regions": sorted(set(body.regions)),
        "created_by": call.principal.subject,
        "updated_at": call.now,
        "tenancy_orgs": [f"partner:{body.code}"],
    }
    check_regions(call, body.regions)
    await repository.add(call.session, repository.PARTNERS, values)
    return await get_partner(call, partner_id, status=201)


def check_regions(call: Call, regions: Sequence[str]) -> None:
    """Raise Unprocessable for a region that is not the client's, where its token names regions."""
    outside = sorted(set(regions) - call.principal.regions)
    if outside and not call.principal.sees_everything:
        raise invalid("/regions", f"Not your region: {', '.join(outside)}.", "outside_regions")


async def change_partner(call: Call, partner_id: UUID, body: PartnerPatch, *, if_match: str) -> Response:
    """Change the regions of a delivery partner; raises RegionUnderContract for one that a contract still covers."""
    held = await partner_of(call, partner_id, lock=True)
    check_if_match(if_match, etag_of(dumps(partner_document(held))))
    before, after = set(held.regions), set(body.regions)
    check_regions(call, sorted(before ^ after))
    await _check_contracts(call, partner_id, before - after)
    change = {
        "from": held.regions,
        "to": sorted(after),
        "reason": body.reason,
        "by": call.principal.subject,
        "at": call.now.isoformat(),
    }
    values = {"regions": sorted(after), "history": [*held.history, change], "updated_at": call.now}
    await call.act_for_all()  # a region's client that gives its own region up no longer sees the partner
    return json_response(
        call.request, partner_document(await repository.change_partner(call.session, partner_id, values))
    )


async def _check_contracts(call: Call, partner_id: UUID, given_up: Iterable[str]) -> None:
    for contract in await repository.contracts(call.session, call.principal, partner_id):
        covered = sorted(set(given_up) & set(contract.regions))
        if covered and contract.ends_on >= call.now.date():
            says = f"{contract.title} covers {', '.join(covered)} until {contract.ends_on}."
            raise RegionUnderContract(says, errors=[FieldProblem("/regions", says, "under_contract")])
