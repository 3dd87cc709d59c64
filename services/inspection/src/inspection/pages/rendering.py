"""Renders templates: everything is escaped, a misspelt name is an error, and nothing loads from outside."""

import hashlib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from inspection.pages import charts, trust_words
from inspection.ready import ReadyPages
from inspection.wording import day, entry, known, listed, say
from shared.etags import etag_of, matches
from shared.responses import PUBLIC, dumps

HERE: Final = Path(__file__).parent
STATIC: Final = HERE / "static"
STATIC_URL: Final = "/static"
MILES_IN_A_KILOMETRE: Final = 0.621371
PAGES_KEPT_BYTES: Final = 64 * 1024 * 1024
GOVUK: Final = "govuk-frontend-6.3.0"

CONTENT_SECURITY_POLICY: Final = "; ".join((
    "default-src 'none'",
    "style-src 'self'",
    "script-src 'self'",
    "img-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
))  # fmt: skip
HEADERS: Final = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Content-Language": "en-GB",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Vary": "Accept",
}


_ready: Final = ReadyPages(PAGES_KEPT_BYTES)


@cache
def static_url(name: str) -> str:
    """Return the address of an asset; it changes with the file, so that caches may keep it."""
    digest = hashlib.blake2b((STATIC / name).read_bytes(), digest_size=6).hexdigest()
    return f"{STATIC_URL}/{name}?v={digest}"


def distance(kilometres: float | None) -> str:
    """Return a distance as people in England read it, to a tenth of a mile."""
    if kilometres is None:
        return say("search.no_distance")
    miles = round(kilometres * MILES_IN_A_KILOMETRE, 1)
    return say("search.distance", miles=miles) if miles else say("search.very_near", miles=0.1)


@cache
def environment() -> Environment:
    """Return the templates' environment."""
    templates = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    templates.globals |= {
        "say": say,
        "entry": entry,
        "known": known,
        "static_url": static_url,
        "govuk": GOVUK,
        "charts": charts,
        "trust_words": trust_words,
    }
    templates.filters |= {"distance": distance, "day": day, "listed": listed}
    return templates


def render(template: str, **values: Any) -> bytes:
    """Return a page as UTF-8."""
    return environment().get_template(template).render(**values).encode()


def page(request: Request, template: str, **values: Any) -> Response:
    """Answer with a page."""
    content = render(template, **values)
    return _answer(request, content, etag_of(content))


def page_of(request: Request, asked: str, document: Mapping[str, Any], make: Callable[[], bytes]) -> Response:
    """Answer with the page of a document, and nothing else: it is kept beside the document that it was made from."""
    state = etag_of(dumps(document))
    ready = _ready.get(asked, state) or _ready.keep(asked, state, make(), {})
    return _answer(request, ready.content, ready.etag)


def _answer(request: Request, content: bytes, tag: str) -> Response:
    """Answer with a page, its strong ETag and its policy; 304 where the client has it already."""
    headers = {**HEADERS, "Cache-Control": PUBLIC, "ETag": tag}
    seen = request.headers.get("if-none-match")
    if seen and matches(seen, tag):
        return Response(status_code=304, headers=headers)
    return HTMLResponse(content, headers=headers)
