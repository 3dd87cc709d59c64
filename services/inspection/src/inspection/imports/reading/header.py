"""The header row: found below any preamble, matched by name with everything but letters and digits folded."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from difflib import get_close_matches
from typing import Any, Final

from inspection.data import load
from inspection.imports.reading.problems import RejectedRow, UnreadableFile
from inspection.imports.reading.records import Record, Records, UndecodableRecordError
from inspection.imports.reading.undecodable import stray_in

PREAMBLE_ROWS: Final = 50
SEPARATORS: Final = {";": "semicolons", "\t": "tabs", "|": "bars"}
"""What other programs write between the columns, and what it is called."""
ALIKE: Final = 0.75
"""Share of letters that two titles have in common, in order, from which one may be the other renamed."""
_NOT_KEPT: Final = re.compile("[^a-z0-9]+")


def fold(title: str) -> str:
    """Return a column's title in lower case, with everything but letters and digits left out."""
    return _NOT_KEPT.sub("", title.lower())


@dataclass(frozen=True, slots=True)
class Drift:
    """How a header differs from the one expected: titles as we know them (`missing`) or as the file has them.

    `moved` are the fewest columns without which the rest stand in the order known. `renamed` pairs a missing title with
    an unknown one that looks like it: a suggestion, the column is not read.
    """

    missing: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    duplicated: list[str] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)
    renamed: list[dict[str, str]] = field(default_factory=list)
    layout: str | None = None
    line: int | None = None

    def as_json(self) -> dict[str, Any]:
        """Return it as a document."""
        return asdict(self)


class Header:
    """The columns of one file."""

    def __init__(self, titles: Sequence[str], line: int = 1) -> None:
        self.titles = [title.strip() for title in titles]
        self.line = line
        self._places: dict[str, int] = {}
        for place, title in enumerate(self.titles):
            if folded := fold(title):
                self._places.setdefault(folded, place)

    def __contains__(self, title: str) -> bool:
        return fold(title) in self._places

    def place(self, title: str) -> int | None:
        """Return the place of a column, None where the file lacks it."""
        return self._places.get(fold(title))

    @property
    def width(self) -> int:
        """The number of columns."""
        return len(self.titles)

    def drift(self, layout: str, known: Iterable[str], ignored_prefixes: Iterable[str]) -> Drift:
        """Compare with the titles that a layout is known to have."""
        expected = {fold(title): title for title in known}
        ignored = tuple(fold(prefix) for prefix in ignored_prefixes)
        counts = Counter(fold(title) for title in self.titles)
        missing = [title for key, title in expected.items() if key not in self._places and not _starts(key, ignored)]
        unknown = [title for title in self.titles if fold(title) not in expected and not _starts(fold(title), ignored)]
        places = {self._places[key]: title for key, title in expected.items() if key in self._places}
        return Drift(
            missing=missing,
            unknown=unknown,
            moved=[places[place] for place in out_of_order(list(places))],
            renamed=[{"known_as": old, "now": new} for old, new in lookalikes(missing, unknown)],
            duplicated=[self.titles[self._places[key]] for key, count in counts.items() if key and count > 1],
            layout=layout,
            line=self.line,
        )


def out_of_order(places: Sequence[int]) -> list[int]:
    """Return the fewest of these without which the others rise, in their order (patience sorting)."""
    tops: list[int] = []
    before: dict[int, int | None] = {}
    for place in places:
        at = bisect_left(tops, place)
        before[place] = tops[at - 1] if at else None
        tops[at : at + 1] = [place]
    rising: set[int] = set()
    last = tops[-1] if tops else None
    while last is not None:
        rising.add(last)
        last = before[last]
    return [place for place in places if place not in rising]


def lookalikes(missing: Sequence[str], unknown: Sequence[str]) -> list[tuple[str, str]]:
    """Return pairs of a missing title and the unknown one most like it, each used once."""
    left = {title: fold(title) for title in unknown}
    pairs = []
    for title in missing:
        near = get_close_matches(fold(title), left.values(), n=1, cutoff=ALIKE)
        found = next((other for other, folded in left.items() if near and folded == near[0]), None)
        if found is not None:
            pairs.append((title, found))
            del left[found]
    return pairs


def _starts(key: str, prefixes: tuple[str, ...]) -> bool:
    return bool(prefixes) and key.startswith(prefixes)


def find_header(records: Records, kind: str) -> Header:
    """Return the header of a file of this kind; the records then stand at the first row below it.

    Raises UnreadableFile where none of the first rows is one, naming the kind that the file looks like.
    """
    signature = _signatures()[kind]
    seen: list[Header] = []
    for record in records:
        header = _header(records, record)
        if header is not None:
            if all(title in header for title in signature):
                _refuse_damaged(header)
                return header
            seen.append(header)
        if len(seen) >= PREAMBLE_ROWS:
            break
    raise _no_header(kind, signature, seen)


def _header(records: Records, record: Record) -> Header | None:
    try:
        return Header(records.cells(record), record.line)
    except UndecodableRecordError as error:
        return Header(error.cells, record.line)  # its letters and digits may still tell that it is the header
    except RejectedRow:
        return None


def _refuse_damaged(header: Header) -> None:
    """Refuse a header of which a byte is no text: whose values are in that column would be a guess."""
    if damage := stray_in(header.titles):
        raise UnreadableFile(
            "undecodable_header",
            f"The header on line {header.line} holds the byte {damage.byte}, which is no text, in '{damage.cell}'.",
        )


def _signatures() -> Mapping[str, Collection[str]]:
    return {entry["code"]: entry["signature"] for entry in load("import_kinds")}


def _no_header(kind: str, signature: Collection[str], seen: Sequence[Header]) -> UnreadableFile:
    for other, titles in _signatures().items():
        if any(all(title in header for title in titles) for header in seen):
            return UnreadableFile("other_kind", f"The file looks like one of the kind {other}, not {kind}.")
    best = max(seen, key=lambda header: sum(title in header for title in signature), default=None)
    if best is not None and any(title in best for title in signature):
        _refuse_damaged(best)
    for separator, name in SEPARATORS.items():
        for header in seen:
            if all(title in Header(",".join(header.titles).split(separator)) for title in signature):
                text = f"The columns on line {header.line} are separated by {name}. Send the file separated by commas."
                return UnreadableFile("other_separator", text)
    found = [title for title in signature if best is not None and title in best]
    lacking = ", ".join(title for title in signature if title not in found)
    if found and best is not None:
        return UnreadableFile(
            "missing_column", f"The header on line {best.line} lacks the required columns: {lacking}."
        )
    return UnreadableFile(
        "no_header", f"None of the first {PREAMBLE_ROWS} rows is a header with the columns {', '.join(signature)}."
    )
