"""The two layouts of the monthly file, read into inspections by row; rows that cannot be read are set aside."""

from __future__ import annotations

import csv
import datetime as dt
import io
from dataclasses import dataclass
from pathlib import Path

from .values import (
    CARD_GRADES,
    CARDS_BEGIN,
    CATEGORIES,
    EIF_2024_BEGINS,
    OLDER_CODES,
    SAFEGUARDING,
    Inspected,
    UnreadableError,
    cell,
    date_of,
    folded,
    framework_of,
)

OLDER_AREAS = ("quality_of_education", "behaviour_and_attitudes", "personal_development", "leadership_and_management",
               "early_years", "sixth_form")  # fmt: skip


@dataclass(frozen=True)
class Block:
    """The columns of one inspection inside a row; `areas` maps our area code to its column."""

    kind: str
    number: str
    starts_on: str
    published_on: str
    relates: str
    urn_then: str
    overall: str | None = None
    category: str | None = None
    safeguarding: str | None = None
    areas: tuple[tuple[str, str], ...] = ()
    outcome: str | None = None


def _older(columns: str) -> tuple[tuple[str, str], ...]:
    return tuple(zip(OLDER_AREAS, columns.split("|"), strict=True))


LATEST_76 = Block(
    "older", "Inspection number of latest graded inspection", "Inspection start date", "Publication date",
    "Does the latest graded inspection relate to the URN of the current school?",
    "URN at time of latest graded inspection", "Overall effectiveness", "Category of concern",
    "Safeguarding is effective?",
    _older("Quality of education|Behaviour and attitudes|Personal development|"
           "Effectiveness of leadership and management|"
           "Early years provision (where applicable)|Sixth form provision (where applicable)"),
)  # fmt: skip
PREVIOUS_76 = Block(
    "older", "Previous inspection number", "Previous inspection start date", "Previous publication date",
    "Does the previous graded inspection relate to the URN of the current school?",
    "URN at time of previous graded inspection", "Previous graded inspection overall effectiveness",
    "Previous category of concern", "Previous safeguarding is effective?",
    _older("Previous quality of education|Previous behaviour and attitudes|Previous personal development|"
           "Previous effectiveness of leadership and management|Previous early years provision (where applicable)|"
           "Previous sixth form provision (where applicable)"),
)  # fmt: skip
UNGRADED_76 = Block(
    "ungraded", "Latest ungraded inspection number since last graded inspection", "Date of latest ungraded inspection",
    "Ungraded inspection publication date", "Does the ungraded inspection relate to the URN of the current school?",
    "URN at time of the ungraded inspection", outcome="Ungraded inspection overall outcome",
)  # fmt: skip
CARD_85 = Block(
    "card", "Inspection number of latest full inspection", "Inspection start date", "Publication date",
    "Does the latest full inspection relate to the URN of the current school?", "URN at time of latest full inspection",
    category="Category of concern", safeguarding="Safeguarding standards",
    areas=(
        ("inclusion", "Inclusion"), ("curriculum_and_teaching", "Curriculum and teaching"),
        ("achievement", "Achievement"), ("attendance_and_behaviour", "Attendance and behaviour"),
        ("personal_development_and_wellbeing", "Personal development and wellbeing"),
        ("leadership_and_governance", "Leadership and governance"),
        ("early_years", "Early years (where applicable)"), ("post_16", "Post-16 provision (where applicable)"),
    ),
)  # fmt: skip
OLDER_85 = Block(
    "older", "Inspection number of latest OEIF graded inspection",
    "Inspection start date of latest OEIF graded inspection", "Publication date of latest OEIF graded inspection",
    "Does the latest OEIF graded inspection relate to the URN of the current school?",
    "URN at time of latest OEIF graded inspection", "Latest OEIF overall effectiveness",
    "Latest OEIF category of concern", "Latest OEIF safeguarding is effective?",
    _older("Latest OEIF quality of education|Latest OEIF behaviour and attitudes|Latest OEIF personal development|"
           "Latest OEIF effectiveness of leadership and management|"
           "Latest OEIF early years provision (where applicable)|Latest OEIF sixth form provision (where applicable)"),
)  # fmt: skip
UNGRADED_85 = Block(
    "ungraded", "Latest ungraded inspection number", "Date of latest ungraded inspection",
    "Ungraded inspection publication date", "Does the ungraded inspection relate to the URN of the current school?",
    "URN at time of the ungraded inspection", outcome="Ungraded inspection overall outcome",
)  # fmt: skip


@dataclass(frozen=True)
class OfstedFile:
    """One file: inspections by URN for the rows that could be read, and (line, reason) for those that could not."""

    name: str
    as_at: dt.date
    schools: dict[int, list[Inspected]]
    rejected: list[tuple[int, str]]


def ofsted_files(folder: Path) -> list[tuple[Path, dt.date]]:
    """The monthly files of a folder's manifest with their dates, in loading order."""
    with (folder / "manifest.csv").open(encoding="utf-8", newline="") as handle:
        rows = [row for row in csv.DictReader(handle) if row["kind"] == "ofsted-latest-inspections"]
    return [(folder / row["file"], dt.date.fromisoformat(row["as_at"])) for row in rows]


def open_ofsted(path: Path, as_at: dt.date) -> OfstedFile:
    """Read one file of either layout; the row that holds `URN` is the header."""
    lines = list(csv.reader(io.StringIO(decoded(path.read_bytes()), newline="")))
    top = next(i for i, line in enumerate(lines) if any(folded(name) == "urn" for name in line))
    header = [folded(name) for name in lines[top]]
    newer = folded("Inspection start date of latest OEIF graded inspection") in header
    blocks = (CARD_85, OLDER_85, UNGRADED_85) if newer else (LATEST_76, PREVIOUS_76, UNGRADED_76)
    schools: dict[int, list[Inspected]] = {}
    rejected: list[tuple[int, str]] = []
    for at, line in enumerate(lines[top + 1 :], start=top + 2):
        row = dict(zip(header, line, strict=False))
        try:
            urn = _urn(row, schools)
            schools[urn] = _of_row(urn, row, blocks)
        except UnreadableError as problem:
            rejected.append((at, str(problem)))
    return OfstedFile(path.name, as_at, schools, rejected)


def decoded(raw: bytes) -> str:
    """The text of a file, in UTF-8 or else in Windows-1252."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252")


def _urn(row: dict[str, str], schools: dict[int, list[Inspected]]) -> int:
    text = cell(row, "URN")
    if text is None or not text.isdigit():
        raise UnreadableError(f"URN {text!r}")
    if int(text) in schools:
        raise UnreadableError(f"URN {text} is there already")
    return int(text)


def _of_row(urn: int, row: dict[str, str], blocks: tuple[Block, ...]) -> list[Inspected]:
    read = [found for block in blocks if (found := _inspection(urn, row, block)) is not None]
    graded = {found.number for found in read if found.kind == "graded" and found.number}
    return [found for found in read if found.kind == "graded" or found.number not in graded]


def _inspection(urn: int, row: dict[str, str], block: Block) -> Inspected | None:
    starts_on = date_of(cell(row, block.starts_on))
    published_on = date_of(cell(row, block.published_on))
    if starts_on is None:
        return None
    relates, assumed = _relates(urn, cell(row, block.relates), cell(row, block.urn_then))
    number = cell(row, block.number)
    if block.kind == "ungraded":
        outcome = cell(row, block.outcome)
        return Inspected(
            urn, number, "ungraded", "ungraded", starts_on, published_on, relates, assumed, outcome=outcome
        )
    if block.kind == "card" and starts_on < CARDS_BEGIN:
        raise UnreadableError(f"a report card of {starts_on}")
    grade = _card_grade if block.kind == "card" else _older_grade
    areas = {area: value for area, column in block.areas if (value := grade(cell(row, column))) is not None}
    return Inspected(
        urn, number, "graded", framework_of(starts_on), starts_on, published_on, relates, assumed,
        overall=_overall(cell(row, block.overall), starts_on), category=_category(cell(row, block.category)),
        safeguarding=_safeguarding(cell(row, block.safeguarding)), areas=areas,
    )  # fmt: skip


def _relates(urn: int, said: str | None, urn_then: str | None) -> tuple[bool, bool]:
    if said is not None:
        if said not in {"Yes", "No"}:
            raise UnreadableError(f"relates {said!r}")
        return said == "Yes", False
    if urn_then is not None:
        return int(urn_then) == urn, False
    return True, True


def _overall(text: str | None, starts_on: dt.date) -> int | None:
    if text is None or text == "Not judged":
        return None
    grade = _older_grade(text)
    return None if starts_on >= EIF_2024_BEGINS else grade


def _older_grade(text: str | None) -> int | None:
    if text is not None and text not in OLDER_CODES:
        raise UnreadableError(f"grade {text!r}")
    return int(text) if text in {"1", "2", "3", "4"} else None


def _card_grade(text: str | None) -> str | None:
    if text is None:
        return None
    if folded(text) not in CARD_GRADES:
        raise UnreadableError(f"grade {text!r}")
    return CARD_GRADES[folded(text)]


def _category(text: str | None) -> str | None:
    if text is not None and text not in CATEGORIES:
        raise UnreadableError(f"category {text!r}")
    return text


def _safeguarding(text: str | None) -> bool | None:
    if text is not None and folded(text) not in SAFEGUARDING:
        raise UnreadableError(f"safeguarding {text!r}")
    return SAFEGUARDING[folded(text)] if text is not None else None
