"""The procedure in force, the calendar of an authority, and both as clients read them."""

from collections.abc import Collection, Container, Mapping
from datetime import date
from functools import cache
from typing import Any, Final

import holidays
from fastapi import Request, Response
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.errors import FieldProblem, Unprocessable
from shared.responses import json_response
from shared.words import found_words
from triage.domain.calendar import SchoolCalendar, read_calendar, read_terms
from triage.domain.wording import listed
from triage.problems import NoProcedureInForce, ProcedureNotFound
from triage.procedure import repository
from triage.procedure.documents import PROCEDURE, SCHOOL_HOLIDAYS
from triage.procedure.repository import Reads
from triage.term_dates import repository as term_dates

COUNTRY: Final = ("GB", "ENG")


@cache
def bank_holidays() -> Container[date]:
    """The bank holidays of England, of any year."""
    country, part = COUNTRY
    return holidays.country_holidays(country, subdiv=part)


async def procedure_on(reads: Reads, on: date) -> dict[str, Any]:
    """Return the procedure in force on a date; raises NoProcedureInForce before there was one."""
    found = await repository.in_force(reads, PROCEDURE, on)
    if found is None:
        raise NoProcedureInForce(f"No version of the procedure is in force on {on}.")
    return found


async def calendar_of(reads: Reads, la: str | None, on: date) -> SchoolCalendar:
    """Return the calendar of an authority: its own term dates, else the school holidays in force on a date."""
    calendar, _ = await calendar_and_version(reads, la, on)
    return calendar


async def calendar_and_version(reads: Reads, la: str | None, on: date) -> tuple[SchoolCalendar, int | None]:
    """Return the calendar of an authority, and which version of its term dates it is; None for the school holidays."""
    found = await repository.in_force(reads, SCHOOL_HOLIDAYS, on)
    if found is None:
        raise NoProcedureInForce(f"No version of the school holidays is in force on {on}.")
    calendar = read_calendar(found, la, bank_holidays())
    own = await term_dates.newest(reads, la) if la else None
    if own is None:
        return calendar, None
    return calendar.with_terms(read_terms(own["terms"])), own["version"]


def refused_words(
    procedure: Mapping[str, Any], texts: Mapping[str, str | None], codes: Collection[str] | None = None
) -> list[FieldProblem]:
    """What must not stand in words for the school or the public; `texts` by their pointers, `codes` of the rules.

    Without `codes` these are the rules whose finds are refused wherever they are written.
    """
    rules = procedure["publication"]
    wanted = rules.get("refused", ()) if codes is None else codes
    return [
        FieldProblem(pointer, f"{rule['label']} is not for the school or the public; reword: {listed(words)}.", code)
        for pointer, text in texts.items()
        for rule in rules["redactions"]
        if (code := rule["code"]) in wanted and (words := found_words(text or "", rule))
    ]


def refuse_words(procedure: Mapping[str, Any], texts: Mapping[str, str | None]) -> None:
    """Raise Unprocessable where texts that a school or trust reads hold what it must not; `texts` by their pointers."""
    if problems := refused_words(procedure, texts):
        raise Unprocessable("The words hold what the school must not read.", errors=problems)


async def list_versions(request: Request, reads: AsyncConnection) -> Response:
    """Answer with the versions of the procedure and of the school holidays."""
    rows = [_reference(row) for row in await repository.versions(reads)]
    return json_response(request, {"data": rows}, public=True)


async def get_version(request: Request, reads: AsyncConnection, kind: str, version: int) -> Response:
    """Answer with one version in full."""
    row = await repository.version(reads, kind, version)
    if row is None:
        raise ProcedureNotFound("There is no such version.")
    return json_response(request, {**_reference(row), "document": row["document"]}, public=True)


def _reference(row: RowMapping) -> dict[str, Any]:
    shown = ("kind", "version", "in_force_from", "in_force_to", "content_hash", "loaded_at")
    return {**{name: row[name] for name in shown}, "title": row["document"]["title"]}


async def get_deadline(
    request: Request, reads: AsyncConnection, *, la: str | None, after: date, school_days: int
) -> Response:
    """Answer with the day that is so many school days after another."""
    calendar, version = await calendar_and_version(reads, la, after)
    found = calendar.after(after, school_days)
    body = {
        "after": after,
        "school_days": school_days,
        "on": found.on,
        "not_counted": found.not_counted,
        "complete": found.complete,
        "term_dates_version": version,
    }
    return json_response(request, body, public=True)
