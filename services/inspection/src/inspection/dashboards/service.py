"""The dashboard: official figures by year, each beside those of area, England and schools of like intake."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, Final

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from inspection.dashboards import repository
from inspection.dashboards.figures import SUPPRESSED, VALUE
from inspection.dashboards.measures import Measure, area_of, levels, measures, phases_of
from inspection.dashboards.rule import rule
from inspection.problems import SchoolNotFound
from inspection.progress.releases import figures_of
from inspection.progress.repository import released_terms
from inspection.progress.terms import first_day, label
from inspection.reference.service import codes
from inspection.rows import Reads, Row
from inspection.schools.service import source_document
from shared.responses import json_response

Document = dict[str, Any]

MISSING: Final = "missing"
NOT_COLLECTED: Final = "not_collected"
SIMILAR: Final = "similar_schools"
NO_DATA: Final = "no_data"
SUPPLIED: Final = "progress-data"
NOT_VALIDATED: Final = "Supplied by the school, not validated"


async def get_dashboard(request: Request, reads: AsyncConnection, urn: int) -> Response:
    """Answer with the dashboard of one school."""
    return json_response(request, await dashboard_document(reads, urn), public=True)


async def dashboard_document(reads: Reads, urn: int) -> Document:
    """Return the dashboard of one school; raises SchoolNotFound."""
    school = await repository.school(reads, urn)
    if school is None:
        raise SchoolNotFound(f"No school in the register carries the URN {urn}.")
    areas = {level["code"]: area for level in levels() if (area := area_of(level, school)) is not None}
    rows = await repository.measures(reads, urn, phases_of()[school["phase"]], areas, rule())
    shown = [*official_measures(school, rows), *supplied_measures(await released_terms(reads, urn))]
    return {
        "urn": urn,
        "name": school["name"],
        "measures": shown,
        "similar_schools": _similar(shown),
        "local_authority": {
            "code": school["la_code"],
            "name": codes().label("local_authorities", school["la_code"]),
        },
        "region": school["region"],
        "reason": None if shown else NO_DATA,
    }


def official_measures(school: Row, rows: Sequence[Row]) -> list[Document]:
    """Return the measures of official files; `rows` come by year."""
    series: dict[str, list[Document]] = {}
    sources: dict[str, Document] = {}
    for period, group in groupby(rows, lambda row: row["period"]):
        for row in group:
            point = _point(period, _school_cell(row), row["comparisons"] or {})
            series.setdefault(row["measure"], []).append(point)
            sources[row["measure"]] = source_document(row)
    _add_estimates(school, series, sources)
    return [
        measure_document(measure, series[code], sources[code]) for code, measure in measures().items() if code in series
    ]


def supplied_measures(terms: Sequence[Row]) -> list[Document]:
    """Return the measures that the school or its trust has released, by term; nobody else's stand beside them."""
    series: dict[str, list[Document]] = {}
    sources: dict[str, Document] = {}
    for term in sorted(terms, key=lambda row: first_day(row["period"])):
        beside = {level["code"]: cell(None, NOT_COLLECTED) for level in levels()}
        source = {"name": SUPPLIED, "as_at": term["released_on"], "loaded_at": term["released_at"]}
        for figure in figures_of(term):
            point = {"period": term["period"], "period_label": label(term["period"]), "estimated_from": None, **beside}
            point["school"] = cell(figure["value"], figure["status"], 1)
            series.setdefault(figure["code"], []).append(point)
            sources[figure["code"]] = source
    return [
        measure_document(measure, series[code], sources[code], NOT_VALIDATED)
        for code, measure in measures().items()
        if code in series
    ]


def measure_document(
    measure: Measure, series: Sequence[Document], source: Document, note: str | None = None
) -> Document:
    """Return a measure with its series; one with a note is not validated."""
    return {
        "code": measure.code,
        "label": measure.label,
        "unit": measure.unit,
        "definition": measure.definition,
        "validated": note is None,
        "note": note,
        "source": source,
        "series": list(series),
    }


def cell(value: float | None, status: str, schools: int | None = None, weighting: str | None = None) -> Document:
    """Return a figure as it is shown."""
    return {"value": value, "status": status, "schools": schools, "weighting": weighting}


def _school_cell(row: Row) -> Document:
    if row["status"] == VALUE and not row["told"]:
        return cell(None, SUPPRESSED, 1)
    return cell(row["value"], row["status"], 1)


def _point(period: str, school: Document, comparisons: Mapping[str, Document]) -> Document:
    beside = {
        level["code"]: dict(comparisons[level["code"]]) if level["code"] in comparisons else cell(None, MISSING)
        for level in levels()
    }
    return {"period": period, "period_label": year_label(period), "school": school, **beside, "estimated_from": None}


def year_label(year: str) -> str:
    """Return an academic year as people write it, `2022/23`."""
    return year.replace("-", "/")


def _add_estimates(school: Row, series: dict[str, list[Document]], sources: dict[str, Document]) -> None:
    """Add the numbers of pupils that may be estimated from the newest share and the register's roll."""
    for measure in measures().values():
        if measure.estimate_of not in series:
            continue
        newest = series[measure.estimate_of][-1]
        source = sources[measure.estimate_of]
        series[measure.code] = [_estimate(school, newest, source)]
        sources[measure.code] = source


def _estimate(school: Row, newest: Document, source: Document) -> Document:
    share, roll = newest["school"], school["pupils"]
    beside = {level["code"]: cell(None, NOT_COLLECTED) for level in levels()}
    point = {**newest, **beside, "school": cell(None, share["status"], 1)}
    if share["status"] != VALUE:
        return point
    if roll is None:
        return {**point, "school": cell(None, MISSING, 1)}
    estimate = round(share["value"] * roll / 100)
    parts = {"percent": share["value"], "percent_as_at": source["as_at"], "roll": roll}
    return {
        **point,
        "school": cell(estimate, VALUE, 1),
        "estimated_from": {**parts, "roll_as_at": school["source_as_at"]},
    }


def _similar(shown: Sequence[Document]) -> Document:
    counts = [point[SIMILAR]["schools"] for measure in shown for point in measure["series"]]
    definition = next(level["definition"] for level in levels() if level["code"] == SIMILAR)
    return {"definition": definition, "schools": max((count for count in counts if count), default=None)}
