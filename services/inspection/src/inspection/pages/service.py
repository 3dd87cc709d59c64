"""What each page shows: documents of the other modules, put into a template."""

from datetime import date
from typing import Any, Final

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from inspection.pages.figures import figures
from inspection.pages.rendering import page, page_of, render
from inspection.report_cards.grades_in_words import report_cards_began_on, scale_in_words
from inspection.report_cards.parent import parent_card
from inspection.trust_inspections.reading import published
from inspection.trusts.schools import schools_page
from inspection.trusts.service import find_trust, trust_document
from inspection.wording import say
from shared.pagination import MAX_LIMIT, PageParameters

Document = dict[str, Any]

SEARCH: Final = "/schools"


def _trail(*steps: tuple[str, str]) -> list[dict[str, str]]:
    """Return the way back from a page: the search first."""
    return [{"href": href, "text": text} for href, text in ((SEARCH, say("service.search")), *steps)]


async def school_page(request: Request, urn: int) -> Response:
    """Answer with the parents' page of a school; raises SchoolNotFound."""
    card = await parent_card(request, urn)
    return page_of(request, f"school {urn}", card, lambda: _school_page(card))


def _school_page(card: Document) -> bytes:
    return render(
        "school.html",
        title=say("card.title", name=card["name"]),
        trail=_trail(),
        card=card,
        **_scale(card),
        figures=figures(card["dashboard"]),
        source=card["source"],
    )


async def trust_page(request: Request, reads: AsyncConnection, uid: str, after: str | None, today: date) -> Response:
    """Answer with the page of a trust; raises TrustNotFound."""
    trust = trust_document(await find_trust(reads, uid))
    inspections = await published(reads, uid, today)
    found = await schools_page(request, reads, uid, PageParameters(MAX_LIMIT, after, include_total=False))
    return page(
        request,
        "trust.html",
        title=say("trust.title", name=trust["name"] or uid),
        trail=_trail(),
        trust=trust,
        inspections=inspections,
        schools=sorted(found["data"], key=lambda school: (school["name"], school["urn"])),
        next_url=found["paging"]["next_url"],
        cards_began_on=report_cards_began_on(),
        source=trust["source"],
    )


def _scale(card: Document) -> dict[str, Any]:
    return {
        "scale_steps": scale_in_words(report_card=card["has_report_card"]),
        "cards_began_on": report_cards_began_on(),
    }


async def easy_read_page(request: Request, urn: int) -> Response:
    """Answer with the easy-read page of a school; raises SchoolNotFound."""
    card = await parent_card(request, urn)
    return page_of(request, f"easy-read {urn}", card, lambda: _easy_read_page(card))


def _easy_read_page(card: Document) -> bytes:
    return render(
        "easy_read.html",
        title=say("easy.title", name=card["name"]),
        trail=_trail((f"{SEARCH}/{card['urn']}", card["name"])),
        card=card,
        source=card["source"],
    )
