"""Routes of episodes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from brokering.episodes import service
from brokering.episodes.repository import EpisodeFilters
from brokering.episodes.schemas import (
    EntryAdded,
    Episode,
    EpisodePage,
    Ledger,
    LedgerRequest,
    ResumeRequest,
    StepRequest,
)
from brokering.leaders.schemas import Region
from brokering.ledger.call import Call
from brokering.reference.lists import OneOf
from brokering.scopes import EPISODES_READ, EPISODES_WRITE
from shared.auth.access import Requires
from shared.auth.principal import Principal
from shared.clock import request_time
from shared.db.session import Db
from shared.idempotency import Idempotent
from shared.pagination import PageRequest
from shared.responses import LINES_OR_TABLE

router = APIRouter(tags=["episodes"])

State = Annotated[str, OneOf("episode_states")]
Now = Annotated[datetime, Depends(request_time)]
Reader = Annotated[Principal, Requires(EPISODES_READ)]
Writer = Annotated[Principal, Requires(EPISODES_WRITE)]
AsOf = Annotated[date | None, Query(description="entries that speak of this day or an earlier one")]


async def episode_filters(
    state: Annotated[State | None, Query(examples=["open"])] = None,
    need_id: Annotated[UUID | None, Query()] = None,
    leader_id: Annotated[UUID | None, Query()] = None,
    urn: Annotated[int | None, Query(ge=1, le=2**31 - 1, description="the supported school")] = None,
    region: Annotated[Region | None, Query(examples=["London"])] = None,
) -> EpisodeFilters:
    """Read the filters of a list of episodes."""
    return EpisodeFilters(state, need_id, leader_id, urn, region)


Filters = Annotated[EpisodeFilters, Depends(episode_filters)]


@router.get(
    "/v1/episodes", operation_id="list_episodes", responses={200: {"model": EpisodePage, "content": LINES_OR_TABLE}}
)
async def list_episodes(
    *, request: Request, principal: Reader, session: Db, filters: Filters, page: PageRequest, now: Now
) -> Response:
    """List the episodes the client may see, newest first. `Accept: application/x-ndjson` streams all that match."""
    return await service.list_episodes(Call(request, session, principal, now), filters, page)


@router.get("/v1/episodes/{episode_id}", operation_id="get_episode", responses={200: {"model": Episode}})
async def get_episode(*, request: Request, episode_id: UUID, principal: Reader, session: Db, now: Now) -> Response:
    """Read one episode with its deployments and where its days stand."""
    return await service.get_episode(Call(request, session, principal, now), episode_id)


@router.get("/v1/episodes/{episode_id}/ledger", operation_id="get_ledger", responses={200: {"model": Ledger}})
async def get_ledger(
    *,
    request: Request,
    episode_id: UUID,
    principal: Reader,
    session: Db,
    now: Now,
    page: PageRequest,
    as_of: AsOf = None,
) -> Response:
    """Read an episode's ledger: the movements of days since its offer, with both legs; balances are of all of them."""
    return await service.get_ledger(Call(request, session, principal, now), episode_id, as_of, page)


@router.post(
    "/v1/episodes/{episode_id}/ledger",
    operation_id="add_ledger_entry",
    status_code=201,
    responses={201: {"model": EntryAdded}},
)
async def add_ledger_entry(
    *,
    request: Request,
    episode_id: UUID,
    body: LedgerRequest,
    principal: Writer,
    session: Db,
    once: Idempotent,
    now: Now,
) -> Response:
    """Record days used or returned, or correct days recorded as used by mistake. 409 over the cap, and while paused."""
    return await once(lambda: service.add_entry(Call(request, session, principal, now), episode_id, body))


@router.post("/v1/episodes/{episode_id}/pause", operation_id="pause_episode", responses={200: {"model": Episode}})
async def pause_episode(
    *, request: Request, episode_id: UUID, body: StepRequest, principal: Writer, session: Db, once: Idempotent, now: Now
) -> Response:
    """Pause an episode: nothing is written to it until it resumes."""
    return await once(lambda: service.move(Call(request, session, principal, now), episode_id, "pause", body.reason))


@router.post("/v1/episodes/{episode_id}/resume", operation_id="resume_episode", responses={200: {"model": Episode}})
async def resume_episode(
    *,
    request: Request,
    episode_id: UUID,
    principal: Writer,
    session: Db,
    once: Idempotent,
    now: Now,
    body: ResumeRequest | None = None,
) -> Response:
    """Let a paused episode go on."""
    reason = body.reason if body else None
    return await once(lambda: service.move(Call(request, session, principal, now), episode_id, "resume", reason))


@router.post("/v1/episodes/{episode_id}/stop", operation_id="stop_episode", responses={200: {"model": Episode}})
async def stop_episode(
    *, request: Request, episode_id: UUID, body: StepRequest, principal: Writer, session: Db, once: Idempotent, now: Now
) -> Response:
    """Stop an episode for good: days not used go back to the leader, and the need is open again."""
    return await once(lambda: service.move(Call(request, session, principal, now), episode_id, "stop", body.reason))
