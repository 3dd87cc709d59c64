"""The report card for parents: the same facts as the technical one, in words, without codes or comparisons of eras."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from fastapi import Request, Response

from inspection.dashboards.service import dashboard_document
from inspection.data import load
from inspection.domain.judgement_age import whole_years
from inspection.domain.lineage import Lineage, trace
from inspection.domain.next_steps import CardFacts, Condition, next_step
from inspection.inspections import repository as inspections
from inspection.inspections.service import NOT_IN_SOURCE
from inspection.problems import SchoolNotFound
from inspection.reference.service import codes
from inspection.report_cards import history, repository
from inspection.report_cards.easy_read import easy_read
from inspection.report_cards.grades_in_words import area_in_words, category, not_judged, overall, safeguarding
from inspection.report_cards.service import card_document
from inspection.rows import Reads, Row
from inspection.schools import lineage_sql
from inspection.schools import repository as schools
from inspection.wording import as_date, entry, known, listed, say
from shared.clock import today
from shared.db.session import database_of
from shared.responses import json_response

Document = dict[str, Any]

WHOLE_HISTORY = 1000
"""More inspections than any chain of schools has: the page shows them all."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What is read for one page: the latest card, all inspections, the chain with its names, the present stay."""

    card: Row
    inspections: Sequence[Row]
    lineage: Lineage
    names: dict[int, Row]
    memberships: Sequence[Row]
    dashboard: Document


async def get_parent_card(request: Request, urn: int) -> Response:
    """Answer with the card for parents."""
    return json_response(request, await parent_card(request, urn), public=True)


async def parent_card(request: Request, urn: int) -> Document:
    """Return the card for parents of a school; raises SchoolNotFound."""
    database = database_of(request)
    card = await repository.latest_card(database, urn)
    if card is None:
        raise SchoolNotFound(f"No school in the register carries the URN {urn}.")
    return parent_document(await _read(database.hot_reads, card))


async def _read(reads: Reads, card: Row) -> Reading:
    urn = card["urn"]
    rows = await inspections.history(reads, urn, after=None, limit=WHOLE_HISTORY)
    lineage = trace(urn, await lineage_sql.links_around(reads, urn))
    held_under = {row["urn_at_inspection"] or row["urn"] for row in (*rows, card)} - {None}
    urns = sorted({*held_under, *(member.urn for member in lineage.members)})
    names = await lineage_sql.names(reads, urns)
    memberships = await schools.memberships(reads, urn, today())
    return Reading(card, rows, lineage, names, memberships, await dashboard_document(reads, urn))


def parent_document(reading: Reading) -> Document:
    """Return the document for parents from what was read."""
    row = reading.card
    technical = card_document(row, codes())
    inspected = technical["inspection"] is not None
    areas = [area_in_words(area, row) for area in technical["areas"]]
    report_url = _web_address(technical["report_url"])
    document = {
        "urn": row["urn"],
        "name": row["name"],
        "audience": "parent",
        "status": row["status"],
        "status_text": _status(row["status"]),
        "phase": codes().label("phases", row["phase"]),
        "local_authority": technical["local_authority"],
        "responsible_body": technical["responsible_body"],
        "has_report_card": technical["has_report_card"],
        **_summary(technical, report_url),
        "inspection": _inspection(reading, technical) if inspected else None,
        "reason": technical["reason"],
        "category_of_concern": category(technical["category_of_concern"]),
        "safeguarding": safeguarding(technical["safeguarding"]),
        "areas": areas,
        "areas_not_judged": not_judged(areas),
        "what_happens_next": _what_happens_next(technical, row),
        "predecessors": _predecessors(reading),
        "history": history.documents(reading.inspections, reading.names, row["urn"], reading.memberships),
        "joined_trust": history.joined_trust(reading.memberships),
        "dashboard": reading.dashboard,
        "report_url": report_url,
        "source": technical["source"],
    }
    return {**document, "easy_read": easy_read(document)}


def _status(status: str) -> str | None:
    if status in codes().open_statuses:
        return None
    return say("card.closed" if status == "closed" else "card.proposed")


def _summary(technical: Document, report_url: str | None) -> Document:
    reason = technical["summary_reason"]
    told = f"{reason}_but_report" if reason == NOT_IN_SOURCE and report_url else reason
    return {
        "summary": technical["summary"],
        "summary_reason": reason,
        "summary_text": say(f"card.summary_reasons.{told}") if told else None,
    }


def _web_address(given: str | None) -> str | None:
    """Return an address of the web as it is, and None for anything else that could stand in its place."""
    return given if given and given.lower().startswith(("https://", "http://")) else None


def _inspection(reading: Reading, technical: Document) -> Document:
    held = technical["inspection"]
    former = history.former_school(reading.card, reading.names, reading.card["urn"])
    years_ago = whole_years(as_date(held["starts_on"]), today())
    return {
        "starts_on": held["starts_on"],
        "years_ago": years_ago,
        "age_text": say("card.old", years=years_ago) if years_ago >= _years_said() else None,
        "published_on": held["published_on"],
        "published_on_reason": held["published_on_reason"],
        "kind": known("kinds", held["framework"], "graded"),
        **overall(held),
        "relates_to_current_urn": held["relates_to_current_urn"],
        "former_school": former,
        "former_text": history.latest_is_former(former),
    }


@cache
def _years_said() -> int:
    (years,) = (int(each["value"]) for each in load("judgement_age") if each["code"] == "years_said")
    return years


@cache
def _rules() -> tuple[tuple[str, Condition], ...]:
    return tuple((rule["code"], Condition.read(rule["when"])) for rule in load("next_steps"))


def _what_happens_next(technical: Document, row: Row) -> Document:
    held = technical["inspection"]
    grades = [area["grade"] for area in technical["areas"]] + ([held["overall"]] if held else [])
    facts = CardFacts(
        status=row["status"],
        inspected=held is not None,
        category=row["category_of_concern"],
        relates_to_current_urn=held is None or held["relates_to_current_urn"],
        safeguarding=row["safeguarding"],
        grades=[grade for grade in grades if grade is not None],
    )
    text = entry(f"next_steps.{next_step(facts, _rules())}")
    return {"sentences": text["sentences"], "easy": text["easy"]}


def _predecessors(reading: Reading) -> Document:
    steps = {member.urn for member in reading.lineage.members if member.relation == "predecessor" and member.steps == 1}
    found = [{"urn": urn, "name": reading.names[urn]["name"]} for urn in sorted(steps)]
    told = [
        say("card.predecessor_named" if school["name"] else "card.predecessor_unnamed", **school) for school in found
    ]
    key = "card.predecessors" if len(found) > 1 else "card.predecessor"
    return {"schools": found, "text": say(key, names=listed(told), count=len(found)) if found else None}
