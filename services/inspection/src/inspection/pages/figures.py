"""The dashboard as it is shown: of each measure a chart of the newest figures, one over time, and all in words."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from inspection.dashboards.figures import VALUE
from inspection.dashboards.measures import measures
from inspection.pages import charts
from inspection.wording import day, entry, known, say

Document = dict[str, Any]

SHOWN: Final = ("school", "similar_schools", "local_authority", "region", "england")
OVER_TIME: Final = ("school", "local_authority", "england")


def figures(dashboard: Mapping[str, Any]) -> list[Document]:
    """Return what is shown of each measure; an estimate is a sentence of the measure that it is reckoned from."""
    names = _names(dashboard)
    estimates = {
        each.estimate_of: measure["series"][-1]
        for measure in dashboard["measures"]
        if (each := measures()[measure["code"]]).estimate_of
    }
    return [
        {**_measure(measure, names), "estimate": _estimate(measure["series"][-1], estimates.get(measure["code"]))}
        for measure in dashboard["measures"]
        if not measures()[measure["code"]].estimate_of
    ]


def _names(dashboard: Mapping[str, Any]) -> dict[str, str]:
    places = {"local_authority": dashboard["local_authority"]["name"], "region": dashboard["region"]}
    return {who: say(f"dashboard.{who}", name=places.get(who) or known("dashboard.status", "missing")) for who in SHOWN}


def _measure(measure: Mapping[str, Any], names: Mapping[str, str]) -> Document:
    series, unit = measure["series"], measure["unit"]
    newest = series[-1]
    source = measure["source"]
    words = entry("dashboard.measures").get(measure["code"], measure)
    shown = [who for who in SHOWN if who == "school" or any(_told(point[who]) for point in series)]
    return {
        "code": measure["code"],
        "label": words["label"],
        "definition": words["definition"],
        "note": measure["note"],
        "source": say("dashboard.source", name=known_source(source["name"]), as_at=day(source["as_at"]))
        if source["as_at"]
        else None,
        "period": newest["period_label"],
        "columns": [names[who] for who in shown],
        "rows": [
            {"period": point["period_label"], "cells": [cell_text(point[who], unit) for who in shown]}
            for point in series
        ],
        "bars": _bars(newest, unit, names, shown),
        "over_time": _over_time(series, unit, names, shown) if len(series) > 1 else None,
    }


def known_source(name: str) -> str:
    """Return what people call a source; one that the catalogue does not have stands for itself."""
    return str(entry("sources").get(name, name))


def _told(cell: Mapping[str, Any]) -> bool:
    return bool(cell["status"] not in {"missing", "not_collected"})


def cell_text(cell: Mapping[str, Any], unit: str) -> str:
    """Return a figure in its unit, or in words why there is none: never a blank, never a zero for what is unknown."""
    if cell["status"] != VALUE:
        return known("dashboard.status", cell["status"], "missing")
    return say(f"dashboard.units.{unit}", value=_number(cell["value"]))


def _bars(point: Mapping[str, Any], unit: str, names: Mapping[str, str], shown: Sequence[str]) -> Document:
    told = [{"who": who, "text": f"{names[who]}: {cell_text(point[who], unit)}"} for who in shown]
    laid = charts.bars([point[who]["value"] for who in shown])
    return {
        "height": laid.height,
        "zero": laid.zero,
        "bars": [{**words, "at": bar} for words, bar in zip(told, laid.bars, strict=True)],
        "description": "; ".join(words["text"] for words in told),
    }


def _over_time(
    series: Sequence[Mapping[str, Any]], unit: str, names: Mapping[str, str], shown: Sequence[str]
) -> Document | None:
    drawn = [who for who in OVER_TIME if who in shown]
    laid = charts.lines([[point[who]["value"] for point in series] for who in drawn])
    if not any(laid.lines):
        return None
    told = [
        f"{names[who]}: " + ", ".join(f"{point['period_label']} {cell_text(point[who], unit)}" for point in series)
        for who in drawn
    ]
    return {
        "height": laid.height,
        "low": cell_text({"status": VALUE, "value": laid.low}, unit),
        "high": cell_text({"status": VALUE, "value": laid.high}, unit),
        "first": series[0]["period_label"],
        "last": series[-1]["period_label"],
        "lines": [{"who": who, "name": names[who], "runs": runs} for who, runs in zip(drawn, laid.lines, strict=True)],
        "description": "; ".join(told),
    }


def _estimate(share: Mapping[str, Any], estimate: Mapping[str, Any] | None) -> str | None:
    """Return an estimate with what it is reckoned from; None where the share tells all: why there is none, or none."""
    if estimate is None or share["school"]["status"] != VALUE or share["school"]["value"] == 0:
        return None
    parts = estimate["estimated_from"]
    if parts is None:
        return say("dashboard.estimate_unknown")
    return say(
        "dashboard.estimate",
        pupils=_number(estimate["school"]["value"]),
        percent=_number(parts["percent"]),
        roll=_number(parts["roll"]),
        roll_as_at=day(parts["roll_as_at"]),
    )


def _number(value: float) -> str:
    return f"{value:,.2f}".rstrip("0").rstrip(".")
