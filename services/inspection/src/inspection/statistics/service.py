"""Counts of grades by region, phase, local authority, trust or deprivation."""

from typing import Any, Final

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from inspection.reference.service import REPORT_CARD, codes
from inspection.rows import Row
from inspection.schools.service import source_document
from inspection.statistics import repository
from inspection.statistics.repository import Dimension
from shared.responses import json_response

Document = dict[str, Any]

DEFINITION: Final = (
    "Open schools by their latest graded inspection or report card, as published. Older grades and report-card grades "
    "are not comparable and are counted apart. By trust: schools that are in one. Pupils: those on roll. "
    "By deprivation: the fifth of England by income deprivation affecting children that the source gives."
)
LISTS: Final = {"region": "regions", "phase": "phases", "la": "local_authorities", "deprivation": "deprivation"}


async def grade_statistics(request: Request, reads: AsyncConnection, by: Dimension) -> Response:
    """Answer with the counts of every group that has an open school."""
    open_statuses = codes().open_statuses
    groups: dict[str, Document] = {}
    for row in await repository.latest_judgements(reads, by, open_statuses):
        add_judgement(groups.setdefault(row["code"], empty_counts()), row)
    for row in await repository.card_grades(reads, by, open_statuses, REPORT_CARD):
        area = groups[row["code"]]["report_card_grades"].setdefault(row["area"], {})
        area[row["grade"]] = row["schools"]
    labels = await group_labels(reads, by, list(groups))
    data = [{"code": code, "label": labels[code], **groups[code]} for code in sorted(groups)]
    sources = [source_document(row) for row in await repository.newest_sources(reads)]
    body = {"by": by, "definition": DEFINITION, "sources": sources, "data": data}
    return json_response(request, body, public=True)


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
        "pupils": {
            "on_roll": 0,
            "schools_unknown": 0,
            "inspected": 0,
            "not_inspected": 0,
            "overall": {},
            "no_overall": 0,
            "report_cards": 0,
            "categories": {},
        },
    }


def add_judgement(counts: Document, row: Row) -> None:
    """Add the schools of one row, and their pupils: they share framework, overall grade and category."""
    counts["schools"] += row["schools"]
    counts["pupils"]["on_roll"] += row["pupils"]
    counts["pupils"]["schools_unknown"] += row["pupils_unknown"]
    for kind, number in ((counts, row["schools"]), (counts["pupils"], row["pupils"])):
        _add_to(kind, row, number)


def _add_to(counts: Document, row: Row, number: int) -> None:
    if row["framework"] is None:
        counts["not_inspected"] += number
        return
    counts["inspected"] += number
    if row["overall"] is None:
        counts["no_overall"] += number
    else:
        _add(counts["overall"], str(row["overall"]), number)
    if codes().is_report_card(row["framework"]):
        counts["report_cards"] += number
    if row["category"] is not None:
        _add(counts["categories"], row["category"], number)


def _add(counts: dict[str, int], key: str, number: int) -> None:
    counts[key] = counts.get(key, 0) + number


async def group_labels(reads: AsyncConnection, by: str, found: list[str]) -> dict[str, str]:
    """Return the labels of groups by code."""
    if by == "trust":
        return await repository.trust_names(reads, found)
    return {code: codes().label(LISTS[by], code) for code in found}
