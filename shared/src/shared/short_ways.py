"""Short ways for the requests that come most: past routing, parameters and exit stacks, which cost more than the read.

A short way serves the plain form of a declared route, under that route's own access; all other forms go the declared
way, and so do the documentation and the checks. Request counts, logs and metrics are the same on both.
"""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass

from fastapi import FastAPI, Request, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.auth.access import Access
from shared.errors import DomainError
from shared.openapi import api_routes
from shared.problems import problem_response
from shared.rate_limit import count_request

_ANYTHING = {b"*/*", b"application/json"}


@dataclass(frozen=True)
class ShortWay:
    """The plain form of the GET route `path`: `target` matches path and query, and `serve` is given the match.

    Only requests that accept any media type, or JSON alone, are plain.
    """

    path: str
    target: re.Pattern[str]
    serve: Callable[[Request, re.Match[str]], Awaitable[Response]]


class ShortWays:
    """ASGI middleware: whatever is not plain it passes on. It reads no body, and so needs no limit of one."""

    def __init__(self, app: ASGIApp, ways: Iterable[ShortWay], accesses: Mapping[str, Access]) -> None:
        self._app = app
        self._ways = [(way, accesses[way.path]) for way in ways]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http" and scope["method"] == "GET" and _takes_json(scope):
            query = scope["query_string"]
            target = f"{scope['path']}?{query.decode('latin-1')}" if query else scope["path"]
            for way, access in self._ways:
                if match := way.target.fullmatch(target):
                    response = await _served(way, access, Request(scope, receive), match)
                    await response(scope, receive, send)
                    return
        await self._app(scope, receive, send)


async def _served(way: ShortWay, access: Access, request: Request, match: re.Match[str]) -> Response:
    request.scope["route"] = way
    try:
        await count_request(request)
        await access(request)
        return await way.serve(request, match)
    except DomainError as error:
        return problem_response(request, error)


def _takes_json(scope: Scope) -> bool:
    return all(value in _ANYTHING for name, value in scope["headers"] if name == b"accept")


def declared_accesses(app: FastAPI, ways: Iterable[ShortWay]) -> dict[str, Access]:
    """Return the access that the route of each short way declares; ValueError for one that is declared nowhere."""
    declared = {path: access for method, path, access in api_routes(app) if method == "GET" and access is not None}
    unknown = [way.path for way in ways if way.path not in declared]
    if unknown:
        raise ValueError(f"no GET route declares an access for {', '.join(unknown)}")
    return {way.path: declared[way.path] for way in ways}
