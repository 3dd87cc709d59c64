"""Puts the figures together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

from fastapi import Response
from sqlalchemy import Row

from brokering.domain.ledger import to_days
from brokering.domain.money import pounds
from brokering.ledger.call import Call
from brokering.statistics import repository
from shared.errors import Forbidden, NotFound, invalid
from shared.responses import json_response

PARTIES = frozenset({"school", "trust", "la", "leader", "diocese"})
Figures = dict[str, Any]


async def brokering(call: Call, region: str | None, since: date | None, until: date | None) -> Response:
    """Answer with the figures of the client's regions, or of one of them; a year up to today unless told."""
    if call.principal.org.kind in PARTIES:
        raise Forbidden("These figures are for the department and those who broker.")
    last = until or call.now.date()
    first = since or date(max(last.year - 1, date.min.year), last.month, min(last.day, 28))
    if first > last:
        raise invalid("since", "It begins after it ends.", "dates_out_of_order")
    regions = _regions(call, region)
    values = {"regions": regions, "since": first, "until": last, "now": call.now}

    async def rows(statement: Any) -> Sequence[Row[Any]]:
        return await repository.rows(call.session, statement, values)

    (waits,) = await rows(repository.WAITS)
    document = {
        "since": first,
        "until": last,
        "regions": regions,
        "waits": _waits(waits),
        "offers": _offers(await rows(repository.OFFERS)),
        "load": [_load(row) for row in await rows(repository.LOAD)],
        "spend": {
            "budgets": [_budget(row) for row in await rows(repository.SPEND)],
            "fees": [_fee(row) for row in await rows(repository.FEES)],
        },
        "capacity": {
            "by_region_and_phase": [_phase(row) for row in await rows(repository.CAPACITY_BY_PHASE)],
            "by_area": [_area(row) for row in await rows(repository.CAPACITY_BY_AREA)],
        },
    }
    return json_response(call.request, document)


def _regions(call: Call, region: str | None) -> list[str] | None:
    if region is None:
        return None if call.principal.sees_everything else sorted(call.principal.regions)
    if not call.principal.sees_everything and region not in call.principal.regions:
        raise NotFound("You broker in no such region.")
    return [region]


def _waits(row: Row[Any]) -> Figures:
    return {
        "needs": row.needs,
        "to_match": _wait(row.matched, row.match_quantiles),
        "to_first_visit": _wait(row.visited, row.visit_quantiles),
    }


def _wait(measured: int, quantiles: Sequence[float | None] | None) -> Figures:
    median, decile = quantiles or (None, None)
    shown = [None if value is None else round(max(value, 0.0), 1) for value in (median, decile)]
    return {"measured": measured, "median_days": shown[0], "ninth_decile_days": shown[1]}


def _offers(rows: Sequence[Row[Any]]) -> Figures:
    states: Counter[str] = Counter()
    reasons: Counter[tuple[str, str]] = Counter()
    for row in rows:
        states[row.state] += row.offers
        if row.reason is not None:
            reasons[row.reason, "leader" if row.state == "declined" else "subject"] += row.offers
    return {
        "made": states.total(),
        "by_state": dict(sorted(states.items())),
        "leader_acceptance": _share(rows, "accepted"),
        "school_agreement": _share(rows, "agreed"),
        "reasons": [{"code": code, "by": by, "count": count} for (code, by), count in sorted(reasons.items())],
    }


def _share(rows: Sequence[Row[Any]], answer: str) -> float | None:
    yes = sum(row.offers for row in rows if getattr(row, answer) == "true")
    no = sum(row.offers for row in rows if getattr(row, answer) == "false")
    return round(yes / (yes + no), 3) if yes + no else None


def _load(row: Row[Any]) -> Figures:
    days = {f"days_{name}": to_days(getattr(row, name)) for name in ("available", "offered", "reserved", "used")}
    return {"schools": row.schools, "leaders": row.leaders, **days}


def _budget(row: Row[Any]) -> Figures:
    value, committed, claimed = int(row.value), int(row.committed), int(row.claimed)
    return {
        "kind": row.kind,
        "partner": row.partner,
        "region": row.region,
        "value": pounds(value),
        "committed": pounds(committed),
        "claimed": pounds(claimed),
        "remaining": pounds(value - committed - claimed),
    }


def _fee(row: Row[Any]) -> Figures:
    return {"partner": row.partner, "region": row.region, "kind": row.kind, "amount": pounds(int(row.amount))}


def _phase(row: Row[Any]) -> Figures:
    return {
        "region": row.region,
        "phase": row.phase,
        "needs": row.needs,
        "days_needed": to_days(int(row.half_days_needed)),
        "leaders": row.leaders,
        "days_left": to_days(int(row.half_days)),
        "lacking": row.half_days < row.half_days_needed,
    }


def _area(row: Row[Any]) -> Figures:
    return {
        "area": row.area,
        "needs": row.needs,
        "leaders": row.leaders,
        "days_left": to_days(int(row.half_days)),
        "lacking": row.needs > 0 and row.leaders == 0,
    }
