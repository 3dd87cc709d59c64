"""Follows another service's feed: a page's effects and the cursor behind it commit together."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Generic, Protocol, TypeVar

from prometheus_client import Counter, Gauge
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.session import Database
from shared.events.messages import ChangePage, CloudEvent, events_between, reaches
from shared.events.waiting import Backoff, pause
from shared.http_client import UpstreamFailure

PAGE: Final = 500
"""Events asked for at a time."""

BATCH: Final = 2_000
"""Events applied at a time at most, by a consumer that is far behind: what changed often is then looked up once."""

LONG_POLL_SECONDS: Final = 20.0
PACE_SECONDS: Final = 0.05
"""Batches begin so far apart at least: what comes in quick succession is looked up, kept and told of together."""

_ANSWER_MARGIN_SECONDS: Final = 10.0

_log = logging.getLogger(__name__)
_applied = Counter("feed_events_applied", "Events whose effects are committed", ["consumer"])
_contact = Gauge("feed_last_contact_timestamp_seconds", "When the upstream feed last answered", ["consumer"])
_lag = Gauge("feed_behind_seconds", "Age of the last applied event when it was applied", ["consumer"])

_READ: Final = """
    SELECT position AS cursor, upstream_head, upstream_as_of, last_contact_at, reached_head_at, applied
    FROM feed_cursors WHERE name = $1
"""
_LOCK = text("SELECT position FROM feed_cursors WHERE name = :name FOR UPDATE")
_REGISTER = text("INSERT INTO feed_cursors (name) VALUES (:name) ON CONFLICT (name) DO NOTHING")
_CONTACT = text(
    """
    UPDATE feed_cursors
    SET position = CASE WHEN :moved THEN :position ELSE position END,
        applied = CASE WHEN :moved THEN applied + :events ELSE applied END,
        updated_at = CASE WHEN :moved THEN clock_timestamp() ELSE updated_at END,
        last_contact_at = clock_timestamp(), upstream_head = :head,
        upstream_as_of = CASE WHEN :reached THEN CAST(:as_of AS timestamptz) ELSE upstream_as_of END,
        reached_head_at = CASE WHEN :reached THEN clock_timestamp() ELSE reached_head_at END
    WHERE name = :name
    """
)

P = TypeVar("P")


class FeedClient(Protocol):
    """The part of a service client that a consumer needs."""

    async def get_json(
        self, path: str, params: Mapping[str, Any] | None = None, *, read_timeout: float | None = None
    ) -> Any:
        """Return the document at `path`; raises UpstreamFailure when it cannot be had."""


@dataclass(frozen=True, slots=True)
class CatchUp:
    """Where a consumer stands against its upstream.

    `reached_head` tells whether all is applied that stood in the feed when catching up began; `upstream_as_of` is the
    upstream's time of which the copy is complete, None where that is not known.
    """

    cursor: str | None
    reached_head: bool
    upstream_as_of: datetime | None


@dataclass(frozen=True, slots=True)
class Stride:
    """One batch on the way to `target`: how many events are `left`, and where it ended once none is."""

    target: str | None
    left: int
    end: CatchUp | None


@dataclass(frozen=True, slots=True)
class FollowState:
    """What is on record of a consumer: how far it is, and when its upstream last answered."""

    cursor: str | None
    upstream_head: str | None
    upstream_as_of: datetime | None
    last_contact_at: datetime | None
    reached_head_at: datetime | None
    applied: int


class FeedConsumer(Generic[P]):
    """Applies one upstream feed to this service's own copy, each event's effects once.

    `prepare(events)` runs outside any transaction and does the HTTP look-ups; `apply(session, prepared)` writes the
    effects in the transaction that moves the cursor. A page that another consumer of the same name applied first has no
    effect here. Neither may depend on how often `prepare` runs: a page is prepared again after a crash.
    """

    def __init__(
        self,
        name: str,
        client: FeedClient,
        database: Database,
        prepare: Callable[[Sequence[CloudEvent]], Awaitable[P]],
        apply: Callable[[AsyncSession, P], Awaitable[None]],
        *,
        path: str = "/v1/changes",
        page: int = PAGE,
    ) -> None:
        self.name = name
        self._client = client
        self._database = database
        self._prepare = prepare
        self._apply = apply
        self._path = path
        self._page = page
        self._failing: str | None = None
        self._turn = (
            asyncio.Lock()
        )  # what runs in the background and a job that catches up do not prepare the same page

    async def state(self) -> FollowState:
        """Return what is on record of this consumer."""
        row = (await self._database.polls.fetch(_READ, [self.name])).first()
        return FollowState(**row) if row else FollowState(None, None, None, None, None, 0)

    async def catch_up(self) -> CatchUp:
        """Apply all that stands in the upstream feed at this moment.

        An upstream that does not answer is no error: `reached_head` is then False, and the caller decides.
        """
        stride = await self.stride()
        while stride.end is None:
            stride = await self.stride(stride.target)
        return stride.end

    async def stride(self, target: str | None = None) -> Stride:
        """Apply one batch on the way to `target`, which is the head of the feed now where none is given."""
        try:
            async with self._turn:
                page = await self._fetch(wait=0)
                here = await self._take(page)
        except UpstreamFailure as error:
            self._note_failure(error)
            return Stride(target, 0, await self._standing(reached=False))
        target = target or page.head
        left = events_between(here, target)
        return Stride(target, left, None if left else await self._standing(reached=page.as_of is not None))

    async def run(self, stop: asyncio.Event) -> None:
        """Follow the feed until `stop` is set; whatever is down is waited for, and told of once."""
        backoff = Backoff()
        while not stop.is_set():
            began = time.monotonic()
            try:
                await self._follow_once(stop)
            except Exception as error:  # noqa: BLE001 - an event that cannot be applied must not end the process
                self._note_failure(error)
                await pause(stop, backoff.next())
            else:
                backoff.reset()
                self._note_success()
                await pause(stop, max(0.0, began + PACE_SECONDS - time.monotonic()))

    async def _follow_once(self, stop: asyncio.Event) -> None:
        polling = asyncio.create_task(self._fetch(wait=LONG_POLL_SECONDS))
        stopping = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({polling, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if polling.done():
                async with self._turn:
                    await self._take(polling.result())
        finally:
            polling.cancel()
            stopping.cancel()
            await asyncio.gather(polling, stopping, return_exceptions=True)

    async def _fetch(self, wait: float) -> "_Fetched":
        cursor = (await self.state()).cursor
        params: dict[str, Any] = {"limit": self._page, "wait": wait}
        if cursor is not None:
            params["after"] = cursor
        first = await self._page_of(params, wait)
        events, last = list(first.data), first
        while len(events) < BATCH and last.data and not reaches(last.paging.next_cursor, first.head):
            last = await self._page_of({"limit": self._page, "wait": 0, "after": last.paging.next_cursor}, wait=0)
            events += last.data
        return _Fetched(**{**dict(last), "data": events, "fetched_after": cursor})

    async def _page_of(self, params: dict[str, Any], wait: float) -> ChangePage:
        body = await self._client.get_json(self._path, params, read_timeout=wait + _ANSWER_MARGIN_SECONDS)
        return ChangePage.model_validate(body)

    async def _take(self, page: "_Fetched") -> str | None:
        """Commit the page's effects and its cursor, unless another was first; return the cursor that now stands."""
        stands = (await self.state()).cursor
        if stands != page.fetched_after:
            return stands
        prepared = await self._prepare(page.data) if page.data else None
        async with self._database.system_session() as session:
            stands = await self._lock(session)
            current = stands == page.fetched_after
            if current and prepared is not None:
                await self._apply(session, prepared)
            await session.execute(_CONTACT, self._contact_of(page, current=current))
        self._measure(page, applied=current)
        return page.paging.next_cursor if current else stands

    async def _lock(self, session: AsyncSession) -> str | None:
        """Hold the cursor to the end of the transaction, and return it."""
        held = (await session.execute(_LOCK, {"name": self.name})).one_or_none()
        if held is None:
            await session.execute(_REGISTER, {"name": self.name})
            held = (await session.execute(_LOCK, {"name": self.name})).one()
        cursor: str | None = held.position
        return cursor

    def _contact_of(self, page: "_Fetched", *, current: bool) -> dict[str, Any]:
        return {
            "name": self.name,
            "moved": current and page.fetched_after != page.paging.next_cursor,
            "position": page.paging.next_cursor,
            "events": len(page.data),
            "head": page.head,
            "as_of": page.as_of,
            "reached": current and page.as_of is not None and reaches(page.paging.next_cursor, page.head),
        }

    def _measure(self, page: "_Fetched", *, applied: bool) -> None:
        _contact.labels(self.name).set_to_current_time()
        if applied and page.data:
            _applied.labels(self.name).inc(len(page.data))
            last = page.data[-1].time
            _lag.labels(self.name).set((datetime.now(last.tzinfo) - last).total_seconds())

    async def _standing(self, *, reached: bool) -> CatchUp:
        state = await self.state()
        return CatchUp(state.cursor, reached, state.upstream_as_of)

    def _note_failure(self, error: BaseException) -> None:
        kind = type(error).__name__
        if self._failing != kind:
            _log.warning("the feed consumer %s cannot go on (%s); it keeps trying", self.name, kind, exc_info=error)
        self._failing = kind

    def _note_success(self) -> None:
        if self._failing is not None:
            _log.info("the feed consumer %s goes on", self.name)
        self._failing = None


class _Fetched(ChangePage):
    """One or more pages, read as one, together with the cursor they were asked for."""

    fetched_after: str | None = None
