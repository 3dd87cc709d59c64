"""Calls to other services: bounded in time, retried only where that is safe, and stopped while the other is down."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import TracebackType
from typing import Any, Final, Protocol, Self

import httpx
import stamina

from shared.circuit import CircuitBreaker
from shared.errors import Unavailable
from shared.telemetry.context import current_context

RETRIED_STATUSES: Final = frozenset({429, 502, 503, 504})
CONNECT_SECONDS: Final = 3.0
READ_SECONDS: Final = 30.0
POOL_SECONDS: Final = 5.0
_RENEW_BEFORE_SECONDS: Final = 30.0
_MOST_RETRY_AFTER_SECONDS: Final = 10.0

_log = logging.getLogger(__name__)


class UpstreamFailure(Unavailable):
    """A service that this one needs did not give what was asked; what it said of itself is not passed on."""


class UpstreamUnavailable(UpstreamFailure):
    """The other service does not answer, or has failed so often that it is not asked for a while."""


class UpstreamError(UpstreamFailure):
    """The other service answered with an error: `upstream_status`, and `upstream_title` of its problem document."""

    def __init__(self, service: str, status: int, title: str) -> None:
        super().__init__(f"{service} answered {status}: {title}")
        self.upstream_status = status
        self.upstream_title = title


class TokenSource(Protocol):
    """Gives the access tokens that calls carry."""

    async def token(self) -> str:
        """Return a token that still holds; raises UpstreamFailure when none can be had."""

    def refuse(self, token: str) -> None:
        """Forget a token that was answered with 401."""


@dataclass(frozen=True, slots=True)
class _Token:
    value: str
    renew_at: float


class ClientCredentials:
    """Tokens of an OAuth 2.0 client (RFC 6749 section 4.4), kept until shortly before they expire."""

    def __init__(
        self,
        token_url: str,
        client_id: str,
        client_secret: str,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._token_url = token_url
        self._credentials = httpx.BasicAuth(client_id, client_secret)
        self._http = httpx.AsyncClient(transport=transport, timeout=_timeout())
        self._clock = clock
        self._held: _Token | None = None
        self._fetching = asyncio.Lock()

    async def token(self) -> str:
        """Return the token held, or fetch one; callers at the same time share one fetch."""
        async with self._fetching:
            if self._held is None or self._clock() >= self._held.renew_at:
                self._held = await self._fetch()
            return self._held.value

    def refuse(self, token: str) -> None:
        """Forget the token, unless a newer one is held by now."""
        if self._held is not None and self._held.value == token:
            self._held = None

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _fetch(self) -> _Token:
        asked_at = self._clock()
        try:
            answer = await self._http.post(
                self._token_url, data={"grant_type": "client_credentials"}, auth=self._credentials
            )
        except httpx.TransportError as error:
            raise UpstreamUnavailable("The token issuer does not answer.") from error
        if answer.status_code != httpx.codes.OK:
            raise UpstreamError("The token issuer", answer.status_code, _title(answer))
        try:
            body = answer.json()
            lifetime = float(body.get("expires_in", 0))
            return _Token(str(body["access_token"]), asked_at + lifetime - min(_RENEW_BEFORE_SECONDS, lifetime / 2))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise UpstreamUnavailable("The token issuer's answer cannot be read.") from error


class ServiceClient:
    """JSON over HTTP to one service. Every failure comes out as an UpstreamFailure."""

    def __init__(
        self,
        base_url: str,
        tokens: TokenSource | None,
        *,
        name: str = "The other service",
        transport: httpx.AsyncBaseTransport | None = None,
        breaker: CircuitBreaker | None = None,
        attempts: int = 4,
        first_wait_seconds: float = 0.1,
        most_wait_seconds: float = 2.0,
    ) -> None:
        self._name = name
        self._tokens = tokens
        self._breaker = breaker or CircuitBreaker()
        self._http = httpx.AsyncClient(base_url=base_url, transport=transport, timeout=_timeout())
        self._retrying: dict[str, Any] = {
            "attempts": attempts,
            "timeout": None,
            "wait_initial": first_wait_seconds,
            "wait_max": most_wait_seconds,
            "wait_jitter": first_wait_seconds,
        }

    async def __aenter__(self) -> Self:
        """Return the client itself."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        await self.close()

    async def get_json(
        self, path: str, params: Mapping[str, Any] | None = None, *, read_timeout: float | None = None
    ) -> Any:
        """Read a document; tried again, within bounds, while the other service is briefly away."""
        return await self._call("GET", path, idempotent=True, params=params, read_timeout=read_timeout)

    async def post_json(
        self,
        path: str,
        body: Any,
        *,
        idempotent: bool = False,
        read_timeout: float | None = None,
    ) -> Any:
        """Send a document; tried again only where `idempotent` says that a look-up is all it is."""
        return await self._call("POST", path, idempotent=idempotent, json=body, read_timeout=read_timeout)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _call(self, method: str, path: str, *, idempotent: bool, **sent: Any) -> Any:
        if not idempotent:
            return await self._once(method, path, **sent)
        retries = stamina.retry_context(on=_wait_before_retry, **self._retrying)
        async for attempt in retries:
            with attempt:
                return await self._once(method, path, **sent)
        raise AssertionError("the retry loop ends with an answer or an error")

    async def _once(self, method: str, path: str, *, read_timeout: float | None = None, **sent: Any) -> Any:
        if not self._breaker.enter():
            raise UpstreamUnavailable(f"{self._name} has failed repeatedly and is not asked for the moment.")
        try:
            answer = await self._authorised(method, path, timeout=_timeout(read_timeout), **sent)
        except (httpx.TransportError, UpstreamFailure) as error:
            self._breaker.failed()
            if isinstance(error, UpstreamFailure):
                raise
            raise _NoAnswer(f"{self._name} does not answer.") from error
        except BaseException:
            self._breaker.abandoned()
            raise
        self._judge(answer)
        return self._document(answer)

    async def _authorised(self, method: str, path: str, **sent: Any) -> httpx.Response:
        if self._tokens is None:
            return await self._http.request(method, path, headers=_context_headers(), **sent)
        token = await self._tokens.token()
        answer = await self._http.request(method, path, headers=_context_headers(token), **sent)
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            self._tokens.refuse(token)
            token = await self._tokens.token()
            answer = await self._http.request(method, path, headers=_context_headers(token), **sent)
        return answer

    def _judge(self, answer: httpx.Response) -> None:
        if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
            self._breaker.failed()
        else:
            self._breaker.succeeded()

    def _document(self, answer: httpx.Response) -> Any:
        if answer.status_code in RETRIED_STATUSES:
            raise _NotNowError(self._name, answer)
        if not answer.is_success:
            raise UpstreamError(self._name, answer.status_code, _title(answer))
        try:
            return answer.json()
        except ValueError as error:
            raise UpstreamError(self._name, answer.status_code, "the answer is not JSON") from error


class _NoAnswer(UpstreamUnavailable):
    """The request or its answer got lost on the way."""


class _NotNowError(UpstreamError):
    """An answer that says: not now."""

    def __init__(self, service: str, answer: httpx.Response) -> None:
        super().__init__(service, answer.status_code, _title(answer))
        self.after = _retry_after(answer)


def _wait_before_retry(error: Exception) -> bool | timedelta:
    if isinstance(error, _NotNowError) and error.after is not None:
        return timedelta(seconds=error.after) if error.after <= _MOST_RETRY_AFTER_SECONDS else False
    return isinstance(error, _NoAnswer | _NotNowError)


def _retry_after(answer: httpx.Response) -> float | None:
    value = answer.headers.get("retry-after", "")
    return float(value) if value.isdecimal() else None


def _title(answer: httpx.Response) -> str:
    """Return the title of a problem document, or the status phrase: never more of a foreign text than that."""
    try:
        title = answer.json()["title"]
    except (ValueError, KeyError, TypeError):
        title = None
    return title[:200] if isinstance(title, str) else answer.reason_phrase


def _context_headers(token: str | None = None) -> dict[str, str]:
    headers = {"Accept": "application/json"}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    context = current_context()
    if context is not None:
        headers |= {"X-Request-Id": context.request_id, "traceparent": context.traceparent}
    return headers


def _timeout(read: float | None = None) -> httpx.Timeout:
    read = READ_SECONDS if read is None else read
    return httpx.Timeout(connect=CONNECT_SECONDS, read=read, write=READ_SECONDS, pool=POOL_SECONDS)
