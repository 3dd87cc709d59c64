"""Blocks of columns, each about one inspection of the school in the row."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final, NamedTuple, TypeVar

import orjson

from inspection.data import load
from inspection.domain.frameworks import REPORT_CARD, UNGRADED, Framework, framework_for
from inspection.imports.kinds.columns import Columns, Reader
from inspection.imports.kinds.ofsted.judgements import Judgement, card, graded, ungraded
from inspection.imports.kinds.packing import digest, pack
from inspection.imports.reading.cells import parse_date, parse_int, parse_text, parse_yes_no
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

    @property
    def content_hash(self) -> bytes:
        """8 bytes over the judgement, 8 over the rest."""
        return self.judgement.digest + digest(self.packed, 8)


class Start(NamedTuple):
    """A start date, and the framework that follows from it."""

    starts_on: str
    framework: str


class Block:
    """One block of columns; call it with a row's cells (a blank one added at the end) and its URN in both forms."""

    def __init__(self, columns: Columns, spec: dict[str, Any]) -> None:
        self._spec = spec
        self._card = spec["kind"] == "card"
        self._kind = "ungraded" if spec["kind"] == "ungraded" else "graded"
        self._titles: dict[str, str] = spec["fields"]
        facts = ("number", "starts_on", "published_on", "relates", "urn_at_inspection")
        self._facts = itemgetter(*(columns.place(self._titles[name]) for name in facts))
        self._starts = self._reader("starts_on", self._start, NOT_A_DATE)
        self._published = self._reader("published_on", _iso_date, NOT_A_DATE)
        self._relates = self._reader("relates", parse_yes_no, "neither Yes nor No")
        self._number = self._reader("number", parse_text, "too long")
        self._urn_then = self._reader("urn_at_inspection", parse_int, "not a URN")
        self._judgement_titles = self._titles_of_judgement()
        self._judged = _several([columns.place(title) for title in self._judgement_titles])
        self._areas = tuple(spec["areas"])
        dates: dict[str, str] = spec.get("judged_on", {})
        self._own_dates = {area: Reader(title, _iso_date, NOT_A_DATE) for area, title in dates.items()}
        self._dates = _several([columns.place(title) for title in dates.values()])
        self._judgements = lru_cache(maxsize=20_000)(self._read_judgement)

    def __call__(self, cells: Sequence[str], urn: int, urn_text: str) -> Found | None:
        """Return the inspection of this block, None where the row has none; raises RejectedRow."""
        number, start, published, relates, former = self._facts(cells)
        started = self._starts[start]
        if started is None:
            self._check_absent(cells, number)
            return None
        judgement = self._judgements(started.framework, self._judged(cells))
        number = self._number.read(number)
        published_on = self._published[published]
        urn_then = urn if former == urn_text else self._urn_then.read(former)
        said = self._relates[relates]
        packed = pack(
            (
                number,
                started.framework,
                self._kind,
                started.starts_on,
                published_on,
                None if published_on else NOT_IN_SOURCE,
                urn_text if urn_then == urn else None if urn_then is None else str(urn_then),
                "t" if (said if said is not None else urn_then in {None, urn}) else "f",
                "t" if said is None and urn_then is None else "f",
                self._judged_on(cells, start) if self._own_dates else None,
            )
        )
        return Found(number, started.starts_on, self._kind, packed, judgement)

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
        has_overall = _frameworks_by_code()[framework].has_overall
        return graded(framework, self._areas, cells, self._judgement_titles, has_overall=has_overall)

    def _check_absent(self, cells: Sequence[str], number: str) -> None:
        """Check that a block without a start date is empty: an inspection without a date cannot be placed."""
        if number not in _NOTHING or not _NOTHING.issuperset(self._judged(cells)):
            title = self._titles["starts_on"]
            raise RejectedRow("missing_value", f"{title}: the inspection has no start date.", title, None)

    def _start(self, cell: str) -> Start:
        """Return the date and its framework; a card before its time, or older grades after it, is a contradiction."""
        starts_on = parse_date(cell)
        if self._kind == "ungraded":
            return Start(starts_on.isoformat(), UNGRADED)
        framework = framework_for(starts_on, _frameworks_by_code().values())
        if self._card != (framework.code == REPORT_CARD):
            title = self._titles["starts_on"]
            why = "before there were report cards" if self._card else "after report cards replaced these grades"
            raise RejectedRow("framework_mismatch", f"{title}: {cell.strip()} is {why}.", title, cell.strip())
        return Start(starts_on.isoformat(), framework.code)

    def _judged_on(self, cells: Sequence[str], start: str) -> str | None:
        """Return the dates of judgement that are not the start date, as JSON."""
        dates = {
            area: reader[cell]
            for (area, reader), cell in zip(self._own_dates.items(), self._dates(cells), strict=True)
            if cell != start and cell not in _NOTHING
        }
        return orjson.dumps(dates).decode() if dates else None


def blocks_of(columns: Columns) -> list[Block]:
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
        blocks.append(Block(columns, spec))
    return blocks


@lru_cache
def _frameworks_by_code() -> dict[str, Framework]:
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


def _iso_date(cell: str) -> str:
    return parse_date(cell).isoformat()


def _several(places: Sequence[int]) -> Callable[[Sequence[str]], tuple[str, ...]]:
    """Return a picker of several cells, always as a tuple."""
    if len(places) > 1:
        return itemgetter(*places)
    return lambda cells: tuple(cells[place] for place in places)
