"""Reading proposals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from brokering.domain.values import flags_now
from brokering.listing import list_by_id
from brokering.offers.documents import PARTIES, flags_shown
from brokering.problems import ProposalNotFound
from brokering.proposals import repository
from brokering.proposals.schemas import Proposal
from shared.auth.principal import Principal
from shared.pagination import PageParameters


def document(row: Mapping[Any, Any], principal: Principal) -> dict[str, Any]:
    """Return a proposal for this client.

    A party is not shown the flags that rest on an undecided judgement of some school, nor who else could have come.
    """
    flags = flags_shown(flags_now(row["flags"], row["need_state"]), row["created_at"], principal)
    is_party = principal.org.kind in PARTIES
    return {
        "id": str(row["id"]),
        "round_id": str(row["round_id"]),
        "need_id": str(row["need_id"]),
        "leader_id": str(row["leader_id"]),
        "leader_reference": row["leader_reference"],
        "part": row["part"],
        "subject": {"kind": row["subject_kind"], "id": row["subject_id"], "name": row["subject_name"]},
        "region": row["tenancy_region"],
        "days": float(row["days"]),
        "suitability": row["suitability"],
        "score_parts": row["score_parts"],
        "distance_km": None if row["distance_km"] is None else float(row["distance_km"]),
        "flags": flags,
        "flag_notes": [note for note in row["flag_notes"] if note["flag"] in flags],
        "next_best": None if is_party else row["next_best"],
        "pinned": row["pinned"],
        "state": row["state"],
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
    }


async def list_proposals(
    request: Request, session: AsyncSession, principal: Principal, page: PageParameters, filters: Mapping[str, Any]
) -> Response:
    """Answer with a page, or with all of them."""

    def shown(row: Mapping[Any, Any]) -> dict[str, Any]:
        return document(row, principal)

    return await list_by_id(
        request, session, principal, page, filters, listed=repository, document=shown, model=Proposal
    )


async def read(session: AsyncSession, principal: Principal, proposal_id: UUID) -> dict[str, Any]:
    """Return a proposal's document; raises ProposalNotFound."""
    row = await repository.find(session, principal, proposal_id)
    if row is None:
        raise ProposalNotFound("There is no proposal of this id that you may see.")
    return document(row, principal)
