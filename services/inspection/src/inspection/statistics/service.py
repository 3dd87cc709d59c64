"""Counts of grades by region, phase, local authority or trust."""

from typing import Any, Final

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from inspection.reference.service import REPORT_CARD, codes
from inspection.rows import Row
from inspection.statistics import repository
from inspection.statistics.repository import Dimension
from shared.responses import json_response

Document = dict[str, Any]

DEFINITION: Final = (
    "Open schools by their latest graded inspection or report card, as published. Older grades and report-card grades "
    "are not comparable and are counted apart. By trust: schools that are in one."
)
LISTS: Final = {"region": "regions", "phase": "phases", "la": "local_authorities"}


async def grade_statistics(request: Request, reads: AsyncConnection, by: Dimension) -> Response:
    """Answer with the counts of every group that has an open school."""
    open_statuses = codes().open_statuses
    groups: dict[str, Document] = {}
    for row in await repository.latest_judgements(reads, by, open_statuses):
        add_judgement(groups.setdefault(row["code"], empty_counts()), row)
    for row in await repository.card_grades(reads, by, open_statuses, REPORT_CARD):
        area = groups[row["code"]]["report_card_grades"].setdefault(row["area"], {})
        area[row["grade"]] = row["schools"]
    labels = await _labels(reads, by, list(groups))
    data = [{"code": code, "label": labels[code], **groups[code]} for code in sorted(groups)]
    return json_response(request, {"by": by, "definition": DEFINITION, "data": data}, public=True)


def empty_counts() -> Document:
    """Return the counts of a group before anything is added."""
    return {
        "schools": 0,
        "inspected": 0,
        "not_inspected": 0,
        "overall": {},
        "no_overall": 0,
        "report_cards": 0,
        "report_card_grades": {},
        "categories": {},
    }


def add_judgement(counts: Document, row: Row) -> None:
    """Add the schools of one row: they share framework, overall grade and category."""
    schools = row["schools"]
    counts["schools"] += schools
    if row["framework"] is None:
        counts["not_inspected"] += schools
        return
    counts["inspected"] += schools
    if row["overall"] is None:
        counts["no_overall"] += schools
    else:
        _add(counts["overall"], str(row["overall"]), schools)
    if codes().is_report_card(row["framework"]):
        counts["report_cards"] += schools
    if row["category"] is not None:
        _add(counts["categories"], row["category"], schools)


def _add(counts: dict[str, int], key: str, schools: int) -> None:
    counts[key] = counts.get(key, 0) + schools


async def _labels(reads: AsyncConnection, by: Dimension, found: list[str]) -> dict[str, str]:
    if by == "trust":
        return await repository.trust_names(reads, found)
    return {code: codes().label(LISTS[by], code) for code in found}
