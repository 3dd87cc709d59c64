"""What a workbook holds: the schools with their latest grades of each framework, all inspections, and explanations.

Frameworks never share a column: grades of different eras are not comparable.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Final

from inspection.data import load
from inspection.domain.areas import read_grade
from inspection.domain.frameworks import UNGRADED, Framework, framework_for
from inspection.reference.service import codes
from inspection.rows import Row
from inspection.schools.service import distance_km

Cell = str | int | float | date | bool | None

GRADED: Final = "graded"
_OF_TRUSTS: Final = ("Joined trust", "Joined: assumed")
FIXED_COLUMNS: Final = ("urn", "name")


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its title and what it holds; `framework` is None for facts of the register."""

    title: str
    description: str
    read: Callable[[Row], Cell]
    framework: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet: its columns, and rows of cells in their order."""

    name: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]


def schools_table(schools: Sequence[Row], inspections: Mapping[int, Sequence[Row]]) -> Table:
    """Return one row a school: the register, then for each framework its latest inspection, side by side."""
    columns = [*_register_columns(), *(column for framework in _frameworks() for column in _columns_of(framework))]
    rows = []
    for school in schools:
        latest = latest_by_framework(inspections.get(school["urn"], ()))
        rows.append(
            [_cell(column, school if column.framework is None else latest.get(column.framework)) for column in columns]
        )
    return Table("Schools", columns, rows)


def listed_columns(*, near: bool) -> list[Column]:
    """Return the columns of a list of schools: what the register says, and with `near` how far away each is."""
    told = [column for column in _register_columns() if column.title not in _OF_TRUSTS]
    distance = Column("Distance (km)", "Kilometres from the postcode; empty where the place is not known", distance_km)
    return [*told, *([distance] if near else [])]


def inspections_table(schools: Sequence[Row], inspections: Mapping[int, Sequence[Row]]) -> Table:
    """Return one row an inspection, newest first; the grades of each framework in columns of their own."""
    named = {school["urn"]: school["name"] for school in schools}
    head = [
        Column("URN", _described("urn"), lambda row: int(row["urn"])),
        Column("Name", _described("name"), lambda row: named[row["urn"]]),
        Column("Framework", "The framework the inspection followed, by its first day", _framework),
    ]
    common = [each for each in load("export_columns") if each["of"] in {"inspection", UNGRADED}]
    facts = [Column(each["label"], each["description"], _READ[each["code"]]) for each in common]
    grades = [column for framework in _frameworks() for column in _area_columns(framework)]
    columns = [*head, *facts, *grades]
    rows = [
        [_cell(column, row if column.framework in {None, era_of(row)} else None) for column in columns]
        for urn in named
        for row in inspections.get(urn, ())
    ]
    return Table("Inspections", columns, rows)


def era_of(row: Row) -> str:
    """Return the framework whose areas and grades an inspection uses: a monitoring one uses those of its day."""
    if codes().entries("frameworks")[row["framework"]]["by_start_date"] or row["framework"] == UNGRADED:
        return str(row["framework"])
    return framework_for(row["starts_on"], _dated()).code


def latest_by_framework(inspections: Iterable[Row]) -> dict[str, Row]:
    """Return the newest inspection of each framework; inspections come newest first. Monitoring counts as none."""
    latest: dict[str, Row] = {}
    for row in inspections:
        if row["kind"] in {GRADED, UNGRADED}:
            latest.setdefault(row["framework"], row)
    return latest


def explanations(title: str, tables: Sequence[Table], sources: Iterable[Row]) -> Iterator[tuple[Cell, ...]]:
    """Yield the rows of the sheet that explains the others: what they hold, from which sources, in which words."""
    yield (title,)
    yield ("Grades of different frameworks are not comparable and stand in columns of their own.",)
    yield ("In parentheses: why there is no grade. An empty block: no such inspection is on the school's row.",)
    yield ("Schools hold the latest inspection of each framework, Inspections all that are on the schools' rows.",)
    yield (
        "Not in it: inspections of predecessors, and those that files of outcomes alone tell of (overall grade, day).",
    )
    yield from origins({source(row) for row in sources})
    for table in tables:
        yield from meanings(table.name, table.columns)


def origins(sources: Iterable[tuple[Cell, ...]]) -> Iterator[tuple[Cell, ...]]:
    """Yield the rows that name the sources."""
    yield ()
    yield ("Source", "As at", "Loaded at (UTC)")
    yield from sorted(sources, key=str)


def meanings(name: str, columns: Iterable[Column]) -> Iterator[tuple[Cell, ...]]:
    """Yield the rows that explain the columns of a sheet."""
    yield ()
    yield (f"Columns of {name}", "Holds", "Framework")
    for column in columns:
        yield (column.title, column.description, codes().label("frameworks", column.framework or "") or None)


def source(row: Row) -> tuple[Cell, ...]:
    """Return what is said of the source of a row."""
    loaded = row["source_loaded_at"]
    return (row["source_name"] or "published here", row["source_as_at"], f"{loaded:%Y-%m-%d %H:%M}" if loaded else None)


def _cell(column: Column, row: Row | None) -> Cell:
    return None if row is None else column.read(row)


@cache
def _frameworks() -> tuple[str, ...]:
    return (*(framework.code for framework in _dated()), UNGRADED)


@cache
def _dated() -> tuple[Framework, ...]:
    return tuple(
        Framework(each["code"], _day(each["from"]), _day(each["to"]), each["overall"])
        for each in load("frameworks")
        if each["by_start_date"]
    )


def _day(written: str | None) -> date | None:
    return date.fromisoformat(written) if written else None


def _register_columns() -> list[Column]:
    return [
        Column(each["label"], each["description"], _READ.get(each["code"], _plain(each["code"])))
        for each in load("export_columns")
        if each["of"] == "school"
    ]


def _columns_of(framework: str) -> list[Column]:
    gives_overall = bool(codes().entries("frameworks")[framework]["overall"])
    left_out = {"outcome"} if framework != UNGRADED else {"category_of_concern", "safeguarding"}
    if not gives_overall:
        left_out.add("overall")
    facts = [each for each in load("export_columns") if each["of"] != "school" and each["code"] not in left_out]
    columns = [
        Column(f"{framework}: {each['label']}", each["description"], _READ[each["code"]], framework) for each in facts
    ]
    return [*columns, *_area_columns(framework)]


def _area_columns(framework: str) -> list[Column]:
    return [
        Column(f"{framework}: {area['label']}", f"Grade of the area {area['label']}", _area(area["code"]), framework)
        for area in load("areas")
        if framework in area["frameworks"]
    ]


def _area(code: str) -> Callable[[Row], Cell]:
    def read(row: Row) -> Cell:
        return _graded(*read_grade(row["grades"][code])) if code in row["grades"] else None

    return read


def _graded(grade: int | str | None, reason: str | None) -> str | None:
    if grade is not None:
        return codes().grade_label(grade)
    return f"({codes().label('grade_reasons', reason)})" if reason else None


def _plain(code: str) -> Callable[[Row], Cell]:
    def read(row: Row) -> Cell:
        value: Cell = row[code]
        return value

    return read


def _labelled(names: str, column: str) -> Callable[[Row], Cell]:
    return lambda row: codes().label(names, row[column]) if row[column] is not None else None


def _safeguarding(row: Row) -> Cell:
    if row["safeguarding"] is None:
        return _graded(None, row["safeguarding_reason"])
    return codes().label("safeguarding", row["safeguarding"])


def _framework(row: Row) -> Cell:
    return codes().label("frameworks", row["framework"])


def _described(code: str) -> str:
    return str(next(each["description"] for each in load("export_columns") if each["code"] == code))


_READ: Final[Mapping[str, Callable[[Row], Any]]] = {
    "phase": _labelled("phases", "phase"),
    "type": _labelled("school_types", "type_code"),
    "status": _labelled("statuses", "status"),
    "local_authority": _labelled("local_authorities", "la_code"),
    "source": _plain("source_as_at"),
    "starts_on": _plain("starts_on"),
    "published_on": _plain("published_on"),
    "number": _plain("number"),
    "overall": lambda row: _graded(row["overall"], row["overall_reason"]),
    "category_of_concern": _labelled("categories", "category_of_concern"),
    "safeguarding": _safeguarding,
    "relates_to_current_urn": _plain("relates_to_current_urn"),
    "outcome": _labelled("outcomes", "outcome_code"),
}
