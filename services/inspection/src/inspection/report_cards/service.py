"""The technical report card, put together from one read."""

from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from fastapi import Request, Response

from inspection.inspections.service import (
    area_document,
    area_grades,
    check_as_of,
    safeguarding_judged_on,
    source_document,
    told_in_words,
    warning_documents,
)
from inspection.problems import SchoolNotFound
from inspection.ready import ReadyAnswers
from inspection.reference.service import Codes, codes
from inspection.report_cards import repository
from inspection.rows import Row
from inspection.schools.service import known_school, local_authority, responsible_body
from shared.db.session import database_of
from shared.responses import dumps, json_response

Document = dict[str, Any]

NOT_INSPECTED = "not_inspected"
OLDER_FRAMEWORK = "older_framework"
SAFEGUARDING = "safeguarding"
NOTHING_TOLD: Final[Document] = {"summary": None, "summary_reason": NOT_INSPECTED, "evidence_references": []}
CARDS_KEPT: Final = 4096
"""About 5 KB each."""

_ready: Final = ReadyAnswers(CARDS_KEPT)


async def get_report_card(request: Request, urn: int) -> Response:
    """Answer with the card of a school, whoever asks: one statement for its state, one more where that is new."""
    database = database_of(request)
    ready = _ready.get(urn, await repository.latest_card_state(database, urn)) if urn in _ready else None
    if ready is None:
        row = await repository.latest_card(database, urn)
        if row is None:
            raise SchoolNotFound(f"No school in the register carries the URN {urn}.")
        ready = _ready.keep(urn, row["state"], dumps(card_document(row, codes())))
    return ready.answer(request)


async def get_card_on(request: Request, urn: int, as_of: date) -> Response:
    """Answer with the card of a school as it was published on a day, of the school as it was then.

    Raises SchoolNotFound, and Unprocessable for a day to come or before the first file that told of the school.
    """
    check_as_of(as_of)
    async with database_of(request).reads.connect() as reads:
        await known_school(reads, urn, as_of)
        row = await repository.card_on(reads, urn, as_of)
    return json_response(request, card_document(row, codes()), public=True)


def card_document(row: Row, known: Codes) -> Document:
    """Return the technical card of a school from its row and its latest graded inspection, if there is one."""
    graded = row["inspection_id"] is not None
    areas = [_area(area, row, known) for area in area_grades(row)] if graded else []
    safeguarding = _safeguarding(row, known) if graded else None
    category = row["category_of_concern"]
    return {
        "urn": row["urn"],
        "name": row["name"],
        "audience": "technical",
        "phase": row["phase"],
        "status": row["status"],
        "region": row["region"],
        "local_authority": local_authority(row),
        "responsible_body": responsible_body(row),
        **_standing(row, known, graded=graded),
        "inspection": _inspection(row, known) if graded else None,
        "reason": None if graded else NOT_INSPECTED,
        "category_of_concern": {"code": category, "label": known.label("categories", category)} if category else None,
        "safeguarding": safeguarding,
        "areas": areas,
        **(told_in_words(row) if graded else NOTHING_TOLD),
        "action_needed": list(_needing_action(safeguarding, areas)),
        "warnings": warning_documents(row["warnings"]) if graded else [],
        "report_url": row["report_url"],
        "source": source_document(row),
    }


def _standing(row: Row, known: Codes, *, graded: bool) -> Document:
    has_card = graded and known.is_report_card(row["framework"])
    reason = None if has_card else OLDER_FRAMEWORK if graded else NOT_INSPECTED
    return {"has_report_card": has_card, "has_report_card_reason": reason}


def _inspection(row: Row, known: Codes) -> Document:
    return {
        "id": row["inspection_id"],
        "number": row["number"],
        "framework": row["framework"],
        "framework_label": known.label("frameworks", row["framework"]),
        "starts_on": row["starts_on"],
        "published_on": row["published_on"],
        "published_on_reason": row["published_reason"],
        "urn_at_inspection": row["urn_at_inspection"],
        "relates_to_current_urn": row["relates_to_current_urn"],
        "relates_assumed": row["relates_assumed"],
        "overall": row["overall"],
        "overall_label": known.grade_label(row["overall"]),
        "overall_reason": row["overall_reason"],
        "version": row["version"],
    }


def _safeguarding(row: Row, known: Codes) -> Document:
    judgement = row["safeguarding"]
    return {
        "judgement": judgement,
        "label": known.label("safeguarding", judgement) if judgement else None,
        "reason": row["safeguarding_reason"],
        "judged_on": safeguarding_judged_on(row),
        "action_needed": known.safeguarding_action(judgement),
    }


def _area(area: Document, row: Row, known: Codes) -> Document:
    return {
        **area_document(area, row["narratives"]),
        "label": known.area_label(row["framework"], area["area"]),
        "grade_label": known.grade_label(area["grade"]),
    }


def _needing_action(safeguarding: Document | None, areas: Iterable[Document]) -> Iterable[str]:
    if safeguarding and safeguarding["action_needed"]:
        yield SAFEGUARDING
    for area in areas:
        if area["action_needed"]:
            yield area["area"]
