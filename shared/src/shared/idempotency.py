"""`Idempotency-Key`: the same request sent twice is done once and answered the same.

A key belongs to one client of one organisation, and one route. The first answer is stored in the transaction that made
it, so either both are there or neither. Same key and body: the first answer again. Still in flight: 409. Other body:
422.
"""

import hashlib
from collections.abc import Awaitable, Callable
from typing import Annotated

import orjson
from fastapi import Depends, Header, Request, Response
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth.authenticator import principal_of
from shared.db.session import Db
from shared.errors import Conflict, invalid

IDEMPOTENCY_V1_SQL = """
CREATE TABLE idempotency_keys (
    client text NOT NULL,
    route text NOT NULL,
    key text NOT NULL,
    fingerprint bytea NOT NULL,
    status smallint NOT NULL,
    headers jsonb NOT NULL,
    body bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_idempotency_keys PRIMARY KEY (client, route, key)
);
CREATE INDEX ix_idempotency_keys_created_at ON idempotency_keys (created_at);
"""
KEEP_HOURS = 24
REPLAYED = "Idempotency-Replayed"
_KEPT_HEADERS = ("content-type", "location", "etag", "cache-control", "vary")
_LOCK = text("SELECT pg_try_advisory_xact_lock(hashtextextended(:name, 0))")
_READ = text(
    "SELECT fingerprint, status, headers, body FROM idempotency_keys"
    " WHERE client = :client AND route = :route AND key = :key AND created_at > now() - make_interval(hours => :hours)"
)
_WRITE = text(
    "INSERT INTO idempotency_keys (client, route, key, fingerprint, status, headers, body)"
    " VALUES (:client, :route, :key, :fingerprint, :status, CAST(:headers AS jsonb), :body)"
    " ON CONFLICT ON CONSTRAINT pk_idempotency_keys DO UPDATE SET fingerprint = excluded.fingerprint,"
    " status = excluded.status, headers = excluded.headers, body = excluded.body, created_at = now()"
)
_FORGET = text("DELETE FROM idempotency_keys WHERE created_at < now() - make_interval(hours => :hours)")


class Once:
    """Runs a handler's action once for a key; without a key it just runs it."""

    def __init__(self, request: Request, session: AsyncSession, key: str | None) -> None:
        self._request = request
        self._session = session
        self._key = key

    async def __call__(
        self, action: Callable[[], Awaitable[Response]], *, fingerprint: bytes | None = None
    ) -> Response:
        """Return the action's answer, or the first one given for this key.

        `fingerprint` stands for the body where it was streamed and is not at hand any more (uploads).
        """
        if self._key is None:
            return await action()
        name = await self._name()
        if not await self._session.scalar(_LOCK, {"name": orjson.dumps(list(name.values())).decode()}):
            raise Conflict(
                "The same Idempotency-Key is being worked on; ask again shortly.", headers={"Retry-After": "1"}
            )
        digest = hashlib.sha256(fingerprint if fingerprint is not None else await self._request.body()).digest()
        stored = (await self._session.execute(_READ, {**name, "hours": KEEP_HOURS})).one_or_none()
        if stored is None:
            response = await action()
            await self._session.execute(_WRITE, {**name, "fingerprint": digest, **_kept(response)})
            return response
        if bytes(stored.fingerprint) != digest:
            raise invalid("Idempotency-Key", "This key was used with another body.", "idempotency_key_reused")
        return Response(bytes(stored.body), stored.status, headers={**stored.headers, REPLAYED: "true"})

    async def _name(self) -> dict[str, str]:
        principal = await principal_of(self._request)
        client = f"{principal.client_id} {principal.subject} {principal.org}" if principal else "anonymous"
        return {"client": client, "route": f"{self._request.method} {self._request.url.path}", "key": str(self._key)}


def _kept(response: Response) -> dict[str, object]:
    headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
    return {"status": response.status_code, "headers": orjson.dumps(headers).decode(), "body": bytes(response.body)}


async def _once(
    request: Request,
    session: Db,
    idempotency_key: Annotated[
        str | None,
        Header(
            min_length=1,
            max_length=255,
            description="send the same key again to repeat a request without doing it twice",
        ),
    ] = None,
) -> Once:
    return Once(request, session, idempotency_key)


Idempotent = Annotated[Once, Depends(_once, scope="function")]
"""Parameter of a handler that creates: `return await once(lambda: service.create(...))`."""


async def forget_old_keys(session: AsyncSession) -> None:
    """Delete the answers that are older than a key is honoured."""
    await session.execute(_FORGET, {"hours": KEEP_HOURS})
