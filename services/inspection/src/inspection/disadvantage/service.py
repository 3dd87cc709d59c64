"""The free-meal measure the sources allow: an estimate, over the schools whose own figure may be told.

Every figure is a sum of schools' figures that are public each on their own, so no combination of figures tells a school
that is left out. ADR 0014.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from inspection.dashboards.measures import threshold
from inspection.disadvantage import repository
from inspection.disadvantage.repository import NO_CATEGORY, NOT_INSPECTED, DisadvantageBy
from inspection.reference.service import codes
from inspection.rows import Row
from inspection.schools.service import source_document
from inspection.statistics.service import group_labels
from shared.responses import json_response

Document = dict[str, Any]

NOT_LOADED: Final = "not_loaded"
DEFINITION: Final = (
    "Estimated pupils recorded for free school meals at any time in the last six years: the school census's percentage "
    "times the pupils on roll, school by school, of open schools. Census and roll are of different days, and the "
    "measure is wider than eligibility: it is not the number of pupils eligible. Judgements are those of the latest "
    "graded inspection or report card; frameworks are kept apart."
)
METHOD: Final = (
    "A school is left out of every figure where fewer pupils than the threshold are recorded, or are not, though some "
    "are: what is shown are sums of schools' figures that may each be told, so that nothing else can be worked out."
)
SUMS: Final = ("schools", "pupils", "pupils_unknown", "counted", "counted_pupils", "estimate", "suppressed", "missing")
LABELS: Final = {NO_CATEGORY: "No category of concern", NOT_INSPECTED: "Not inspected"}


async def get_disadvantage(request: Request, reads: AsyncConnection, by: DisadvantageBy) -> Response:
    """Answer with the estimates of every group that has an open school, and of all together."""
    open_statuses = codes().open_statuses
    census = await repository.newest_census(reads)
    rows = await repository.estimates(reads, by, census["period"] if census else None, open_statuses)
    roll = await repository.roll_dates(reads, open_statuses)
    groups = _split(rows, lambda row: row["code"])
    labels = _category_labels(groups) if by == "category" else await group_labels(reads, by, list(groups))
    body = {
        "by": by,
        "measure": "fsm_ever6_estimate",
        "definition": DEFINITION,
        "census": {"period": census["period"], "source": source_document(census)} if census else None,
        "census_reason": None if census else NOT_LOADED,
        "roll": roll,
        "suppression": {"threshold": threshold(), "method": METHOD},
        "total": part(rows),
        "data": [_group(code, labels[code], groups[code]) for code in sorted(groups)],
    }
    return json_response(request, body, public=True)


def _group(code: str, label: str, rows: Iterable[Row]) -> Document:
    rows = list(rows)
    categories = _split(rows, lambda row: row["category"])
    judgements = _split(rows, lambda row: (row["framework"], row["overall"]))
    names = _category_labels(categories)
    return {
        "code": code,
        "label": label,
        **part(rows),
        "by_category": [
            {"category": category, "label": names[category], **part(each)} for category, each in categories.items()
        ],
        "by_judgement": [
            {"framework": framework, "overall": overall, **part(each)}
            for (framework, overall), each in judgements.items()
        ],
    }


def part(rows: Iterable[Row]) -> Document:
    """Return the counts and the estimate of the schools that some rows stand for."""
    rows = list(rows)
    sums = {name: sum(row[name] for row in rows) for name in SUMS}
    status = "value" if sums["counted"] else "suppressed" if sums["suppressed"] else "missing"
    share = round(100 * sums["estimate"] / sums["counted_pupils"], 1) if sums["counted_pupils"] else None
    return {
        "schools": sums["schools"],
        "pupils": sums["pupils"],
        "pupils_unknown": sums["pupils_unknown"],
        "fsm_ever6_estimate": {
            "value": sums["estimate"] if sums["counted"] else None,
            "status": status,
            "percent": share,
            "schools_counted": sums["counted"],
            "pupils_counted": sums["counted_pupils"],
            "schools_suppressed": sums["suppressed"],
            "schools_missing": sums["missing"],
        },
    }


def _split(rows: Iterable[Row], key: Any) -> dict[Any, list[Row]]:
    parts: dict[Any, list[Row]] = {}
    for row in rows:
        parts.setdefault(key(row), []).append(row)
    return parts


def _category_labels(categories: Iterable[str]) -> Mapping[str, str]:
    return {code: LABELS.get(code) or codes().label("categories", code) for code in categories}
