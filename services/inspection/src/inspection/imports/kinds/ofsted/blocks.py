"""Blocks of columns, each about one inspection of the school in the row."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from functools import lru_cache
from itertools import compress, repeat
from typing import Any, Final, NamedTuple, TypeVar

import orjson

from inspection.data import load
from inspection.domain.frameworks import REPORT_CARD, UNGRADED, Framework, framework_for
from inspection.imports.kinds.columns import Columns, OwnTexts, Reader
from inspection.imports.kinds.ofsted.dates import InspectionDates
from inspection.imports.kinds.ofsted.judgements import Judgement, card, graded, ungraded
from inspection.imports.kinds.packing import digest, pack_columns
from inspection.imports.reading.cells import parse_int, parse_text, parse_yes_no, plain_texts
from inspection.imports.reading.problems import RejectedRow, UnreadableFile

COLUMNS: Final = (
    "number",
    "framework",
    "kind",
    "starts_on",
    "published_on",
    "published_reason",
    "urn_at_inspection",
    "relates_to_current_urn",
    "relates_assumed",
    "judged_on",
)
T = TypeVar("T")

NOT_A_DATE: Final = "not a date (dd/mm/yyyy)"
NOT_IN_SOURCE: Final = "not_in_source"
_NOTHING: Final = frozenset({"", "NULL"})


class Found(NamedTuple):
    """An inspection as a row tells of it: `packed` are the columns of `COLUMNS`."""

    number: str | None
    starts_on: str
    kind: str
    packed: str
    judgement: Judgement
    left: tuple[str, ...] = ()
    """Columns that the file does not fill, for want of a column; `judged_on/<area>` is the one date in it."""

    @property
    def content_hash(self) -> bytes:
        """8 bytes over the judgement, 8 over the rest: a doubt that comes or goes corrects no judgement."""
        return self.judgement.digest + digest("".join((self.packed, *self.judgement.doubts)), 8)


class Start(NamedTuple):
    """A start date, and the framework that follows from it."""

    starts_on: str
    framework: str


class Block:
    """One block of columns; call it with the rows' columns (a blank one added at the end) and their URNs."""

    def __init__(self, columns: Columns, spec: dict[str, Any], dates: InspectionDates) -> None:
        self._spec = spec
        self._file_dates = dates
        self._card = spec["kind"] == "card"
        self._kind = "ungraded" if spec["kind"] == "ungraded" else "graded"
        self._titles: dict[str, str] = spec["fields"]
        self._place = {name: columns.place(title) for name, title in self._titles.items()}
        self._starts = self._reader("starts_on", self._start, NOT_A_DATE)
        self._published = self._reader("published_on", self._day(self._titles["published_on"]), NOT_A_DATE)
        self._relates = self._reader("relates", parse_yes_no, "neither Yes nor No")
        self._number = OwnTexts(self._reader("number", parse_text, "too long"), plain_texts)
        self._urn_then = self._reader("urn_at_inspection", parse_int, "not a URN")
        self._judgement_titles = self._titles_of_judgement()
        self._judged = [columns.place(title) for title in self._judgement_titles]
        self._areas = tuple(spec["areas"])
        own: dict[str, str] = spec.get("judged_on", {})
        self._own_dates = {area: Reader(title, self._day(title), NOT_A_DATE) for area, title in own.items()}
        self._dates = [columns.place(title) for title in own.values()]
        columns.dates += [self._titles["starts_on"], self._titles["published_on"], *own.values()]
        absent = [name for name, title in self._titles.items() if title not in columns.header]
        fed = (name for field in absent for name in columns.known["block_feeds"].get(field, ()))
        undated = (f"judged_on/{area}" for area, title in own.items() if title not in columns.header)
        self.left = (*dict.fromkeys((*fed, *undated)),)
        self.code: str = spec["code"]
        self._judgements = lru_cache(maxsize=20_000)(self._read_judgement)

    def __call__(self, columns: Sequence[Sequence[str]], urns: Sequence[int]) -> Iterator[tuple[int, Found]]:
        """Return the inspections of this block, each with the place of its row; raises RejectedRow."""
        starts = self._starts.column(columns[self._place["starts_on"]])
        self._check_absent(columns, starts)
        present = _Present(columns, starts)
        started = [start for start in starts if start is not None]
        frameworks = [start.framework for start in started]
        judged = zip(*map(present.column, self._judged), strict=True)
        judgements = [*map(self._judgements, frameworks, judged)]
        numbers = self._number.column(present.column(self._place["number"]))
        days = [start.starts_on for start in started]
        published = self._published.column(present.column(self._place["published_on"]))
        for place, codes in self._file_dates.doubts(days, published).items():
            judgements[place] = judgements[place].doubted(codes)
        packed = pack_columns(
            numbers,
            frameworks,
            [self._kind] * len(started),
            days,
            published,
            [None if day else NOT_IN_SOURCE for day in published],
            *self._relations(present, present.of(urns)),
            self._judged_on(present),
        )
        kinds, left = repeat(self._kind), repeat(self.left)
        found = map(Found, numbers, days, kinds, packed, judgements, left)
        return zip(present.of(range(len(urns))), found, strict=True)

    def _relations(self, present: "_Present", urns: Sequence[int]) -> tuple[list[str | None], list[str], list[str]]:
        """Return the columns URN at inspection, relates to the current URN, and whether that is assumed."""
        cells = present.column(self._place["urn_at_inspection"])
        # in most rows the cell is the row's own URN, which is known to be well
        then = [urn if cell == str(urn) else self._urn_then.read(cell) for urn, cell in zip(urns, cells, strict=True)]
        said = self._relates.column(present.column(self._place["relates"]))
        return (
            [None if urn is None else str(urn) for urn in then],
            [
                "t" if (word if word is not None else former is None or former == urn) else "f"
                for word, former, urn in zip(said, then, urns, strict=True)
            ],
            ["t" if word is None and former is None else "f" for word, former in zip(said, then, strict=True)],
        )

    def _reader(self, field: str, parse: Callable[[str], T], why: str) -> Reader[T]:
        return Reader(self._titles[field], parse, why)

    def _titles_of_judgement(self) -> list[str]:
        if self._kind == "ungraded":
            return [self._titles["outcome"]]
        first = ["category", "safeguarding"] if self._card else ["category", "safeguarding", "overall"]
        return [*(self._titles[name] for name in first), *self._spec["areas"].values()]

    def _read_judgement(self, framework: str, cells: tuple[str, ...]) -> Judgement:
        if self._kind == "ungraded":
            return ungraded(cells, self._judgement_titles)
        if self._card:
            return card(self._areas, cells, self._judgement_titles)
        has_overall = frameworks_by_code()[framework].has_overall
        return graded(framework, self._areas, cells, self._judgement_titles, has_overall=has_overall)

    def _check_absent(self, columns: Sequence[Sequence[str]], starts: Sequence[Start | None]) -> None:
        """Check that a block without a start date is empty: an inspection without a date cannot be placed."""
        absent = [start is None for start in starts]
        for place in (self._place["number"], *self._judged):
            if not _NOTHING.issuperset(compress(columns[place], absent)):
                title = self._titles["starts_on"]
                raise RejectedRow("missing_value", f"{title}: the inspection has no start date.", title, None)

    def _start(self, cell: str) -> Start:
        """Return the date and its framework; a card before its time, or older grades after it, is a contradiction."""
        title = self._titles["starts_on"]
        starts_on = self._file_dates.read(title, cell)
        if self._kind == "ungraded":
            return Start(starts_on.isoformat(), UNGRADED)
        framework = framework_for(starts_on, frameworks_by_code().values())
        if self._card != (framework.code == REPORT_CARD):
            why = "before there were report cards" if self._card else "after report cards replaced these grades"
            raise RejectedRow("framework_mismatch", f"{title}: {cell.strip()} is {why}.", title, cell.strip())
        return Start(starts_on.isoformat(), framework.code)

    def _day(self, title: str) -> Callable[[str], str]:
        return lambda cell: self._file_dates.read(title, cell).isoformat()

    def _judged_on(self, present: "_Present") -> list[str | None]:
        """Return the dates of judgement that are not the start date, as JSON."""
        starts = present.column(self._place["starts_on"])
        if not self._own_dates:
            return [None] * len(starts)
        rows = zip(*map(present.column, self._dates), strict=True)
        return [self._dates_of_row(start, cells) for start, cells in zip(starts, rows, strict=True)]

    def _dates_of_row(self, start: str, cells: Sequence[str]) -> str | None:
        dates = {
            area: reader[cell]
            for (area, reader), cell in zip(self._own_dates.items(), cells, strict=True)
            if cell != start and cell not in _NOTHING
        }
        return orjson.dumps(dates).decode() if dates else None


class _Present:
    """The rows that have an inspection in a block."""

    def __init__(self, columns: Sequence[Sequence[str]], starts: Sequence[Start | None]) -> None:
        self._columns = columns
        self._starts = starts

    def column(self, place: int) -> list[str]:
        """Return the cells of a column in these rows."""
        return [*compress(self._columns[place], self._starts)]

    def of(self, values: Iterable[T]) -> list[T]:
        """Return the values, of one for each row, in these rows."""
        return [*compress(values, self._starts)]


def blocks_of(columns: Columns, dates: InspectionDates) -> list[Block]:
    """Return the blocks of a file's layout; one that the file lacks altogether is left out, and told by the drift.

    Raises UnreadableFile for a block of which only a part is there: missing grades would read as grades withdrawn.
    """
    blocks = []
    for spec in columns.known["blocks"]:
        if spec["layout"] != columns.layout:
            continue
        optional = {spec["fields"][name] for name in ("published_on", "relates", "urn_at_inspection")}
        titles = [*spec["fields"].values(), *spec["areas"].values()]
        missing = [title for title in titles if title not in columns.header and title not in optional]
        if len(missing) == len(titles) - len(optional):
            continue
        if missing:
            raise UnreadableFile(
                "missing_column",
                f"The header on line {columns.header.line} lacks columns of the inspections it lists: "
                f"{', '.join(missing)}.",
            )
        blocks.append(Block(columns, spec, dates))
    return blocks


@lru_cache
def frameworks_by_code() -> dict[str, Framework]:
    """Return the frameworks of graded inspections of schools."""
    return {
        entry["code"]: Framework(
            entry["code"],
            date.fromisoformat(entry["from"]) if entry["from"] else None,
            date.fromisoformat(entry["to"]) if entry["to"] else None,
            entry["overall"],
        )
        for entry in load("frameworks")
        if entry["by_start_date"]
    }
