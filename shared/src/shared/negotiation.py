"""Which of the media types that are served a client takes, and would rather have (RFC 9110, section 12.5.1)."""

import re
from http import HTTPStatus
from typing import Final

from fastapi import Request, Response
from fastapi.routing import APIRoute

from shared.errors import NotAcceptable

HTML: Final = "text/html"
JSON: Final = "application/json"

_RANGE: Final = re.compile(r"[^/\s]+/[^/\s]+")
_QUALITY: Final = re.compile(r"[01](\.[0-9]{0,3})?|\.[0-9]{1,3}")

Preference = tuple[float, int]


def prefers_html(request: Request) -> bool:
    """Tell whether the client would rather have HTML than JSON: a browser would, one that takes anything would not."""
    accept = request.headers.get("accept", "")
    if HTML not in accept.lower():
        return False
    ranges = _ranges(accept)
    return _preference(ranges, HTML) > _preference(ranges, JSON)


async def refuse_unserved_types(request: Request) -> None:
    """Refuse a read by a client that takes none of the types its route answers with (a FastAPI dependency).

    JSON is served to a wildcard too, every other form only where it is named.
    """
    ranges = _ranges(request.headers.get("accept", ""))
    if request.method != "GET" or not ranges:
        return
    served = _served(request.scope["route"])
    named = {name for name, quality in ranges if quality > 0}
    if not _preference(ranges, served[0])[0] and named.isdisjoint(served):
        raise NotAcceptable(f"This is served as {', '.join(served)}.")


def _served(route: APIRoute) -> list[str]:
    """Return the media types of a route's answers, first the one that any client gets that does not mind."""
    forms = list(route.responses.get(HTTPStatus.OK, {}).get("content", {}))
    return [*([JSON] if route.response_class is not Response else []), *(form for form in forms if form != JSON)]


def _ranges(accept: str) -> list[tuple[str, float]]:
    """Return the media ranges of an Accept header with their qualities; what is malformed says nothing."""
    found = []
    for part in accept.lower().split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        quality = next((value[2:] for value in parameters if value.startswith("q=")), "1")
        if _RANGE.fullmatch(name) and _QUALITY.fullmatch(quality):
            found.append((name, float(quality)))
    return found


def _preference(ranges: list[tuple[str, float]], media_type: str) -> Preference:
    """Return the quality of a type and how closely it is named; the closest range decides."""
    family, _, _ = media_type.partition("/")
    wildcards = ("*/*", f"{family}/*", media_type)
    matching = [(wildcards.index(name), quality) for name, quality in ranges if name in wildcards]
    closeness, quality = max(matching, default=(-1, 0.0))
    return (quality, closeness) if quality > 0 else (0.0, -1)
