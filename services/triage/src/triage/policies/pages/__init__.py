"""Versions of policies as pages: one document each, with its style inside, nothing from outside and no script."""

import base64
import hashlib
from collections.abc import Mapping
from datetime import date
from importlib.resources import files
from typing import Any, Final

from fastapi import Request, Response

from shared.negotiation import HTML
from shared.responses import json_response
from triage.policies.pages.markup import Html, tag

PAGE: Final[dict[str, Any]] = {HTML: {"schema": {"type": "string", "description": "the same as a page"}}}
STYLE: Final = (files("triage.policies.pages") / "style.css").read_text(encoding="utf-8")
_STYLE_HASH: Final = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
HEADERS: Final = {
    "Content-Type": f"{HTML}; charset=utf-8",
    "Content-Language": "en-GB",
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'none';"
        " frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
STATES: Final[Mapping[str, str]] = {
    "draft": "A draft, of no effect",
    "withdrawn": "Withdrawn",
    "coming": "Coming into force",
    "in_force": "In force",
    "past": "No longer in force",
}


def page_response(request: Request, page: str) -> Response:
    """Answer with a page, its strong ETag, and a policy by which it loads nothing."""
    return json_response(request, page.encode(), headers=HEADERS)


def page_of(title: str, *parts: Html) -> str:
    """A whole page."""
    head = tag(
        "head",
        Html('<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'),
        tag("title", title),
        tag("style", Html(STYLE)),
    )
    body = tag("body", tag("main", tag("h1", title), *parts))
    return f"<!doctype html>\n{tag('html', head, body, lang='en-GB')}\n"


def day(value: date) -> str:
    """A day as it is written: 1 September 2026."""
    return f"{value.day} {value:%B %Y}"


def standing(version: Mapping[str, Any]) -> str:
    """How a version stands, in a sentence."""
    until = version["in_force_to"]
    ends = "until further notice" if until is None else f"to {day(until)}"
    closed = f" (version {version['closed_by']} follows)" if version["closed_by"] else ""
    return f"{STATES[version['state']]}: from {day(version['in_force_from'])} {ends}{closed}."


def value_words(value: Any) -> str:
    """A value of a parameter in words."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(value_words, value)) or "none"
    if isinstance(value, Mapping):
        return "; ".join(f"{name}: {value_words(each)}" for name, each in value.items()) or "none"
    return "not set" if value is None else str(value)
