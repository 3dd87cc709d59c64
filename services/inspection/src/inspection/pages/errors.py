"""Error pages: what the service answers as a problem document, as a page for those who asked for one."""

from typing import Any, Final

import orjson
from fastapi import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from inspection.pages.rendering import HEADERS, render
from inspection.wording import entry
from shared.negotiation import HTML, prefers_html

PROBLEM: Final = b"application/problem+json"
API: Final = "/v1/"
CARD: Final = "/report-card"
KEPT: Final = ("retry-after", "allow", "www-authenticate", "ratelimit", "ratelimit-policy", "x-request-id")


class ErrorPages:
    """ASGI middleware: turns problem documents into pages on the addresses that have pages."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; one that did not ask for a page goes straight through."""
        if scope["type"] != "http" or not _wants_page(scope):
            await self._app(scope, receive, send)
            return
        started: list[Message] = []
        body = bytearray()

        async def send_page(message: Message) -> None:
            if message["type"] == "http.response.start" and _is_problem(message):
                started.append(message)
            elif started:
                body.extend(message.get("body", b""))
                if not message.get("more_body"):
                    await _error_page(started[0], bytes(body), scope)(scope, receive, send)
            else:
                await send(message)

        await self._app(scope, receive, send_page)


def _wants_page(scope: Scope) -> bool:
    path: str = scope["path"]
    has_page = not path.startswith(API) or path.endswith(CARD)
    return has_page and _names_html(scope) and prefers_html(Request(scope))


def _names_html(scope: Scope) -> bool:
    # cards are read often: what most requests pay is a look at their headers as they came
    return any(name == b"accept" and b"text/html" in value.lower() for name, value in scope["headers"])


def _is_problem(message: Message) -> bool:
    return any(name == b"content-type" and value.startswith(PROBLEM) for name, value in message["headers"])


def _error_page(started: Message, problem: bytes, scope: Scope) -> Response:
    status: int = started["status"]
    known: dict[str, Any] = entry("errors")
    error = known.get(str(status), known["other"])
    trace_id = orjson.loads(problem)["trace_id"] if problem else None
    content = b"" if scope["method"] == "HEAD" else render("error.html", title=error["heading"], error=error)
    kept = {name.decode(): value.decode() for name, value in started["headers"] if name.decode().lower() in KEPT}
    headers = {**HEADERS, **kept, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    if trace_id:
        headers["X-Trace-Id"] = trace_id
    return Response(content, status, headers=headers, media_type=HTML)
