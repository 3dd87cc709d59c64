"""Writes the register's extract (edubasealldata) and an earlier snapshot of outcomes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from .data import OUTCOMES_AS_AT, header, table
from .layouts import windows_name
from .model import NULL, Sample, School, Visit

FEDERATION = ("89002", "Two Rivers Federation")
FEDERATED = 2
PROPOSED_TO_CLOSE = 4
LEFT_ON = dt.date(2025, 12, 31)
DAY = dt.timedelta(days=1)
SPARE_PLACES = 20
NOT_A_STATUS = "9"


@dataclass(frozen=True)
class Ended:
    """Why an establishment is no more, and since when."""

    on: dt.date | None
    reason: str


def establishments(sample: Sample) -> Iterator[list[str]]:
    """Rows of the extract: open and closed schools, those of a former URN, one that is no state-funded school."""
    for at, school in enumerate(sample.schools):
        now = school.on_newer_file()
        row = _row(now, None if school.in_newer_file else Ended(LEFT_ON, "Closure"))
        if at < FEDERATED:
            row |= {"FederationFlag (name)": "Under a federation"}
            row |= dict(zip(("Federations (code)", "Federations (name)"), FEDERATION, strict=True))
        if at == PROPOSED_TO_CLOSE:
            row |= _status("3")
        yield _cells(row)
    for former in _former(sample):
        yield _cells(former)
    first = sample.schools[0]
    independent = _kind("Other independent school") | {
        "URN": "699001",
        "EstablishmentName": "Made-up Hall (independent)",
    }
    yield _cells(_row(first, None) | independent)
    yield _cells(_row(first, None) | {"URN": "699002", "EstablishmentStatus (code)": NOT_A_STATUS})


def outcomes(sample: Sample) -> Iterator[list[str]]:
    """Rows of the snapshot: of each school the newest graded inspection begun by its date, under its URN of then."""
    as_at = dt.date.fromisoformat(OUTCOMES_AS_AT)
    for school in sample.schools:
        visit = next((each for each in school.older if each.starts_on <= as_at), None)
        if visit is not None:
            urn = visit.urn_then if visit.urn_then not in {None, NULL} else school.urn
            yield _outcome(str(urn), school.name, visit)
    former_names = {link.other: link.other_name for link in sample.links}
    for school in sample.schools:
        for urn, visit in school.came_from.items():
            yield _outcome(str(urn), former_names[urn], visit)
    yield ["699003", "A school with a grade of its own", "2018-05-15", "Splendid", *[""] * 6]


def _outcome(urn: str, name: str, visit: Visit) -> list[str]:
    words: dict[str, str] = table("kinds")["grade_words"]
    told = [words.get(grade, "") for grade in (visit.overall, *visit.grades)]
    return [urn, name, visit.starts_on.isoformat(), *told]


def _former(sample: Sample) -> Iterator[dict[str, str]]:
    """Yield the closed establishments that the links file names: before a conversion, a split or a merger."""
    by_urn = {school.urn: school for school in sample.schools}
    known = set(by_urn)
    for link in sample.links:
        if link.other in known or link.urn not in by_urn:
            continue
        known.add(link.other)
        school = by_urn[link.urn]
        converted = link.other == school.former_urn
        kind = table("kinds")["former_types"].get(school.type, "Community School")
        ended = Ended(link.on - DAY if link.on else None, "Academy Converter" if converted else "Closure")
        row = _row(school, ended) | _kind(kind) | {"URN": str(link.other), "EstablishmentName": link.other_name}
        yield row | {"Trusts (code)": "", "Trusts (name)": "", "OpenDate": "", "NumberOfPupils": ""}


def _row(school: School, ended: Ended | None) -> dict[str, str]:
    low, high = table("kinds")["ages"][school.phase]
    special = school.phase in {"Special", "PRU"}
    sixth = ("1", "Has a sixth form") if school.phase == "Secondary" else ("2", "Does not have a sixth form")
    trust, place = school.trust, school.place
    row = {
        "URN": str(school.urn), "LA (code)": place.code, "LA (name)": place.authority,
        "EstablishmentNumber": f"{school.number:04d}", "EstablishmentName": school.name,
        "OpenDate": _day(school.opened_on), "CloseDate": _day(ended.on if ended else None),
        "ReasonEstablishmentClosed (name)": ended.reason if ended else "Not applicable",
        "PhaseOfEducation (name)": "Not applicable" if special else school.phase,
        "StatutoryLowAge": str(low), "StatutoryHighAge": str(high),
        "OfficialSixthForm (code)": sixth[0], "OfficialSixthForm (name)": sixth[1],
        "Gender (code)": "3", "Gender (name)": "Mixed",
        "ReligiousCharacter (name)": school.faith or "Does not apply",
        "AdmissionsPolicy (name)": "Non-selective" if school.phase == "Secondary" else "Not applicable",
        "SchoolCapacity": "" if school.pupils is None else str(school.pupils + SPARE_PLACES),
        "NumberOfPupils": "" if school.pupils is None else str(school.pupils),
        "Trusts (code)": trust.uid if trust else "", "Trusts (name)": windows_name(trust) if trust else "",
        "Postcode": f"ZZ{school.number % 90 + 1} {school.urn % 9}ZZ", "GOR (name)": place.region,
        "Country (name)": "England",
    }  # fmt: skip
    return row | _kind(school.type) | _status("2" if ended else "1")


def _kind(name: str) -> dict[str, str]:
    code: str = table("kinds")["register_codes"][name]
    return {"TypeOfEstablishment (code)": code, "TypeOfEstablishment (name)": name}


def _status(code: str) -> dict[str, str]:
    name: str = table("kinds")["register_statuses"][code]
    return {"EstablishmentStatus (code)": code, "EstablishmentStatus (name)": name}


def _day(value: dt.date | None) -> str:
    return "" if value is None else value.strftime("%d-%m-%Y")


def _cells(row: dict[str, str]) -> list[str]:
    columns = header("establishments")
    assert set(row) <= set(columns), set(row) - set(columns)  # noqa: S101 - a slip of the generator
    return [row.get(column, "") for column in columns]
