"""The change feed: `GET /v1/changes` serves numbered outbox rows only, and can wait for the next one."""

import asyncio
import time
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response

from shared.auth import Principal, Requires
from shared.db.session import DATABASE_LOST, Database, database_of
from shared.errors import Forbidden
from shared.events import sequencer
from shared.events.messages import START, ChangePage, bad_cursor, cursor_at, position_of
from shared.events.waiting import Pace
from shared.pagination import next_url
from shared.responses import json_response

MAX_LIMIT: Final = 1000
MAX_WAIT_SECONDS: Final = 30.0
_BUSY_SECONDS: Final = 0.01
_IDLE_SECONDS: Final = 0.03

_NOW: Final = "SELECT clock_timestamp() AS now"
# the worker numbers; what it has left lying so long is numbered here
_HEAD: Final = """
    SELECT coalesce((SELECT max(pos) FROM outbox WHERE pos IS NOT NULL), 0) AS pos,
           EXISTS (SELECT 1 FROM outbox
                   WHERE pos IS NULL AND created_at < clock_timestamp() - interval '100 ms') AS late
"""
_PAGE: Final = """
    SELECT head.pos AS head, event.pos, event.id, event.type, event.subject, event.data, event.traceparent,
           event.created_at
    FROM (SELECT coalesce(max(pos), 0) AS pos FROM outbox WHERE pos IS NOT NULL) AS head
    LEFT JOIN LATERAL (
        SELECT * FROM outbox WHERE outbox.pos > $1 ORDER BY outbox.pos LIMIT $2
    ) AS event ON true
    ORDER BY event.pos
"""


class ChangeFeed:
    """Reads one database's feed. `source` is the CloudEvents source, as in `/directory`."""

    def __init__(self, source: str, database: Database) -> None:
        self.source = source
        self._database = database
        self._watch = _HeadWatch(database)

    async def page(self, after: str | None, limit: int, wait: float) -> dict[str, Any]:
        """Return a page without its `next_url`; an empty one only after `wait` seconds without an event.

        Raises Unprocessable for a cursor that this feed did not make. No connection is held while it waits.
        """
        position = START if after is None else position_of(after, self.source)
        page = await self._read(position, limit)
        if not page["data"] and wait > 0 and await self._watch.beyond(position, wait):
            page = await self._read(position, limit)
        return page

    async def _read(self, position: int, limit: int) -> dict[str, Any]:
        as_of = await self._settled_at()
        rows = (await self._database.polls.fetch(_PAGE, [position, limit])).decoded
        head = int(rows[0]["head"])
        if position > head:
            raise bad_cursor()
        events = [row for row in rows if row["id"] is not None]
        last = int(events[-1]["pos"]) if events else position
        return {
            "data": self._documents(events),
            "paging": {"limit": limit, "next_cursor": cursor_at(self.source, last)},
            "head": cursor_at(self.source, head),
            "as_of": as_of,
        }

    async def _settled_at(self) -> datetime | None:
        (row,) = (await self._database.polls.fetch(_NOW)).decoded
        now: datetime = row["now"]
        return now if await sequencer.settle(self._database) else None

    def _documents(self, rows: Sequence[Any]) -> list[dict[str, Any]]:
        return [
            {
                "specversion": "1.0",
                "id": str(row["id"]),
                "source": self.source,
                "type": row["type"],
                "subject": row["subject"],
                "time": row["created_at"],
                "datacontenttype": "application/json",
                "data": row["data"],
                **({"traceparent": row["traceparent"]} if row["traceparent"] else {}),
            }
            for row in rows
        ]


class _HeadWatch:
    """One look at the head serves all who wait; nobody looks while nobody waits."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._head = START
        self._moved = asyncio.Event()
        self._waiting = 0
        self._looking: asyncio.Task[None] | None = None
        self._pace = Pace(busy=_BUSY_SECONDS, idle=_IDLE_SECONDS)

    async def beyond(self, position: int, seconds: float) -> bool:
        """Wait until the head is beyond `position`; False when `seconds` went by first."""
        deadline = time.monotonic() + seconds
        self._waiting += 1
        try:
            while True:
                moved = self._moved
                self._keep_looking()
                if self._head > position:
                    return True
                async with asyncio.timeout(deadline - time.monotonic()):
                    await moved.wait()
        except TimeoutError:
            return False
        finally:
            self._waiting -= 1

    def _keep_looking(self) -> None:
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look(), name="feed head watch")

    async def _look(self) -> None:
        while self._waiting:
            try:
                head = await self._read_head()
            except DATABASE_LOST:
                head = self._head  # those who wait learn of it from their own next read
            moved = head != self._head
            if moved:
                self._head = head
                self._moved.set()
                self._moved = asyncio.Event()
            await asyncio.sleep(self._pace.after(found=moved))

    async def _read_head(self) -> int:
        (row,) = (await self._database.polls.fetch(_HEAD)).decoded
        if row["late"]:
            await sequencer.settle(self._database, within=0)
        return int(row["pos"])


def feed_router(source: str, *, confidential: str | None = None) -> APIRouter:
    """Return the route of the feed; `source` is the CloudEvents source, as in `/directory`.

    Events of confidential rows tell of all of them: such a feed names the scope that reads those rows, and is for
    clients that see every row.
    """
    router = APIRouter(tags=["changes"])
    feeds: dict[Database, ChangeFeed] = {}

    @router.get("/v1/changes", response_model=ChangePage, summary="What has changed, in order, at least once")
    async def list_changes(
        request: Request,
        principal: Annotated[Principal, Requires("changes:read")],
        after: Annotated[str | None, Query(max_length=1000, description="`next_cursor` of the page before")] = None,
        limit: Annotated[int, Query(ge=1, le=MAX_LIMIT, description="events on a page")] = 100,
        wait: Annotated[float, Query(ge=0, le=MAX_WAIT_SECONDS, description="seconds to wait for a first event")] = 0.0,
    ) -> Response:
        """Serve CloudEvents 1.0. Ask again with `next_cursor`, for ever; `wait` holds an empty answer back."""
        if confidential is not None:
            _check_sees_all(principal, confidential)
        database = database_of(request)
        if database not in feeds:
            feeds[database] = ChangeFeed(source, database)
        page = await feeds[database].page(after, limit, wait)
        page["paging"]["next_url"] = next_url(request, page["paging"]["next_cursor"])
        return json_response(request, page)

    return router


def _check_sees_all(principal: Principal, scope: str) -> None:
    if not (principal.may(scope) and principal.sees_everything):
        raise Forbidden(f"This feed tells of all rows: it takes the scope {scope} and a client that sees all of them.")
