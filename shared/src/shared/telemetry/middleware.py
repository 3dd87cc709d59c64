"""Around every request: ids in and out, one log line, one observation, and safe headers."""

import time
from functools import lru_cache

import structlog
from prometheus_client import Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.telemetry.context import RequestContext, enter_context, new_context

REQUESTS = Counter("http_requests_total", "Requests answered", ["method", "route", "status"])
SECONDS = Histogram(
    "http_request_duration_seconds",
    "Time from the request to the end of its answer",
    ["method", "route"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
_IDS = {b"x-request-id", b"traceparent"}
_NO_SNIFFING = (b"x-content-type-options", b"nosniff")
PROBES = {"/livez", "/readyz", "/startupz", "/metrics"}

_log = structlog.get_logger()


class RequestTelemetry:
    """ASGI middleware around everything else. An error that nobody caught is logged, and answered by `on_error`."""

    def __init__(self, app: ASGIApp, on_error: ASGIApp) -> None:
        self._app = app
        self._on_error = on_error

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        context = _context(scope)
        enter_context(context)
        started = time.perf_counter()
        status = 0

        async def send_with_ids(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                told = {"X-Request-Id": context.request_id, **scope.get("state", {}).get("rate_limit", {})}
                sent = [(name.lower().encode(), value.encode()) for name, value in told.items()]
                message = {**message, "headers": [*message["headers"], *sent, _NO_SNIFFING]}
            await send(message)

        try:
            await self._app(scope, receive, send_with_ids)
        except Exception:
            _log.exception("unhandled_error", method=scope["method"], path=scope["path"])
            if status:
                raise
            await self._on_error(scope, receive, send_with_ids)
        finally:
            _observe(scope, status, time.perf_counter() - started)


class HeadAsGet:
    """ASGI middleware: HEAD is answered as GET would be, without the body."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def send_without_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self._app({**scope, "method": "GET"}, receive, send_without_body)


def _context(scope: Scope) -> RequestContext:
    sent = {name: value.decode("latin-1") for name, value in reversed(scope["headers"]) if name in _IDS}
    return new_context(sent.get(b"x-request-id"), sent.get(b"traceparent"))


@lru_cache
def _series(method: str, route: str, status: int) -> tuple[Counter, Histogram]:
    return REQUESTS.labels(method, route, status), SECONDS.labels(method, route)


def _observe(scope: Scope, status: int, seconds: float) -> None:
    if scope["path"] in PROBES:
        return
    route = getattr(scope.get("route"), "path", "unmatched")
    requests, durations = _series(scope["method"], route, status)
    requests.inc()
    durations.observe(seconds)
    principal = scope.get("state", {}).get("principal")
    _log.info(
        "request",
        method=scope["method"],
        path=scope["path"],
        route=route,
        status=status,
        milliseconds=round(seconds * 1000, 2),
        client=principal.client_id if principal else None,
    )
