"""Official files made up for tests: rows by column title, written as the real ones are."""

import csv
import io
from collections.abc import Mapping, Sequence
from functools import lru_cache

from inspection.data import load_columns

OFSTED = "ofsted-latest-inspections"
ESTABLISHMENTS = "gias-establishments"
OLDER = "graded"
NEWER = "report_card"
NULL = "NULL"
CARD_AREAS = (
    "Inclusion",
    "Curriculum and teaching",
    "Achievement",
    "Attendance and behaviour",
    "Personal development and wellbeing",
    "Leadership and governance",
)


@lru_cache
def titles(layout: str) -> tuple[str, ...]:
    return tuple(load_columns(OFSTED)["layouts"][layout])


def school(urn: int = 100001, /, **changes: str) -> dict[str, str]:
    """Return the columns of the school itself."""
    row = {
        "Web Link (opens in new window)": f"http://reports.example.org/{urn}",
        "URN": str(urn),
        "LAESTAB": "2011234",
        "School name": f"School {urn}",
        "Ofsted phase": "Primary",
        "Type of education": "Community School",
        "School open date": NULL,
        "Sixth form": "Does not have a sixth form",
        "Designated religious character": "Does not apply",
        "Region": "London",
        "Local authority": "Camden",
        "Postcode": "NW1 1AA",
        "The income deprivation affecting children index (IDACI) quintile": "3",
        "Total number of pupils": "240",
        "Statutory lowest age": "3",
        "Statutory highest age": "11",
    }
    return {**row, **changes}


def latest(
    start: str, overall: str = "2", number: str = "10000001", grade: str = "2", **changes: str
) -> dict[str, str]:
    """Return the block of the latest graded inspection of the older layout."""
    row = {
        "Inspection number of latest graded inspection": number,
        "Inspection start date": start,
        "Publication date": start,
        "Does the latest graded inspection relate to the URN of the current school?": "Yes",
        "Overall effectiveness": overall,
        "Quality of education": grade,
        "Behaviour and attitudes": grade,
        "Personal development": grade,
        "Effectiveness of leadership and management": grade,
        "Safeguarding is effective?": "Yes",
        "Early years provision (where applicable)": "8",
        "Sixth form provision (where applicable)": "9",
    }
    return {**row, **changes}


def oeif(start: str, overall: str = "2", number: str = "10000001", grade: str = "2", **changes: str) -> dict[str, str]:
    """Return the same inspection in the newer layout."""
    row = {
        "Inspection number of latest OEIF graded inspection": number,
        "Inspection start date of latest OEIF graded inspection": start,
        "Publication date of latest OEIF graded inspection": start,
        "Does the latest OEIF graded inspection relate to the URN of the current school?": "Yes",
        "Latest OEIF overall effectiveness": overall,
        "Latest OEIF quality of education": grade,
        "Latest OEIF behaviour and attitudes": grade,
        "Latest OEIF personal development": grade,
        "Latest OEIF effectiveness of leadership and management": grade,
        "Latest OEIF  safeguarding is effective?": "Yes",
        "Latest OEIF early years provision (where applicable)": "8",
        "Latest OEIF sixth form provision (where applicable)": "9",
    }
    return {**row, **changes}


def card(start: str, grade: str = "Expected standard", **changes: str) -> dict[str, str]:
    """Return a report card, in the columns without prefix of the newer layout."""
    row = {
        "Inspection start date": start,
        "Does the latest full inspection relate to the URN of the current school?": "Yes",
        "Safeguarding standards": "Met",
        **dict.fromkeys(CARD_AREAS, grade),
        "Early years (where applicable)": "Not applicable",
        "Post-16 provision (where applicable)": "Not applicable",
    }
    return {**row, **changes}


def ungraded(start: str, number: str = "10000009", outcome: str = "School remains Good") -> dict[str, str]:
    """Return the block of the ungraded inspection of the older layout."""
    return {
        "Latest ungraded inspection number since last graded inspection": number,
        "Date of latest ungraded inspection": start,
        "Does the ungraded inspection relate to the URN of the current school?": "Yes",
        "Ungraded inspection overall outcome": outcome,
    }


def cells(layout: str, row: Mapping[str, str]) -> list[str]:
    unknown = set(row) - set(titles(layout))
    assert not unknown, unknown
    return [row.get(title, NULL) for title in titles(layout)]


def ofsted_file(rows: Sequence[Mapping[str, str]], layout: str = OLDER, encoding: str = "cp1252") -> bytes:
    return csv_file([titles(layout), *(cells(layout, row) for row in rows)], encoding)


def csv_file(rows: Sequence[Sequence[str]], encoding: str = "cp1252") -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode(encoding)


def without(content: bytes, *lacking: str, encoding: str = "cp1252") -> bytes:
    """Return a file less these columns."""
    header, *rest = csv.reader(io.StringIO(content.decode(encoding)))
    assert {*lacking} <= {*header}, lacking
    kept = [place for place, title in enumerate(header) if title not in lacking]
    return csv_file([[row[place] for place in kept] for row in (header, *rest)], encoding)


def outcomes_file(*rows: tuple[int, str, str]) -> bytes:
    """Return a snapshot of outcomes: rows of (URN, start date, overall grade in words)."""
    columns = load_columns("ofsted-outcomes")["layouts"]["outcomes"]
    told = [
        {"URN": str(urn), "Inspection start date": start, "Overall effectiveness": overall}
        for urn, start, overall in rows
    ]
    return csv_file([columns, *([row.get(title, "") for title in columns] for row in told)], "utf-8")


@lru_cache
def establishment_titles() -> tuple[str, ...]:
    """Return the header of the register's extract, edubasealldata, in its order."""
    return tuple(load_columns(ESTABLISHMENTS)["layouts"]["edubasealldata"])


def establishment(urn: int = 100001, /, **changes: str) -> dict[str, str]:
    """Return an open community primary school as the register's extract has it; keys of `changes` are its titles."""
    row = {
        "URN": str(urn),
        "LA (code)": "202",
        "LA (name)": "Camden",
        "EstablishmentNumber": "1234",
        "EstablishmentName": f"School {urn}",
        "TypeOfEstablishment (code)": "1",
        "EstablishmentStatus (code)": "1",
        "OpenDate": "01-09-1950",
        "PhaseOfEducation (name)": "Primary",
        "StatutoryLowAge": "3",
        "StatutoryHighAge": "11",
        "OfficialSixthForm (code)": "2",
        "ReligiousCharacter (name)": "Does not apply",
        "SchoolCapacity": "260",
        "NumberOfPupils": "240",
        "UKPRN": f"10{urn}",
        "Postcode": "NW1 1AA",
        "GOR (name)": "London",
        "UrbanRural (name)": "(England/Wales) Urban major conurbation",
        "Easting": "533498",
        "Northing": "181201",
    }
    return {**row, **changes}


def establishments_file(rows: Sequence[Mapping[str, str]], encoding: str = "cp1252") -> bytes:
    unknown = {title for row in rows for title in row} - set(establishment_titles())
    assert not unknown, unknown
    titles_ = establishment_titles()
    return csv_file([titles_, *([row.get(title, "") for title in titles_] for row in rows)], encoding)
