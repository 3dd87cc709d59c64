"""Earlier snapshots of outcomes in reduced columns (`ofsted-outcomes`): for history and display, never evidence."""

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from inspection.domain.concerns import MISSING
from inspection.domain.frameworks import REPORT_CARD, Framework, framework_for
from inspection.imports.kinds.columns import Columns, Reader
from inspection.imports.kinds.keyed import KeyedTable, merge
from inspection.imports.kinds.model import Batch, Fates, Provenance, RowReader, Warnings
from inspection.imports.kinds.ofsted import judgements
from inspection.imports.kinds.ofsted.blocks import frameworks_by_code
from inspection.imports.kinds.ofsted.dates import InspectionDates
from inspection.imports.kinds.ofsted.register import parse_urn
from inspection.imports.kinds.packing import digest, pack, text_array, unpack
from inspection.imports.kinds.told_sql import Telling
from inspection.imports.reading.header import Header
from inspection.imports.reading.problems import RejectedRow

NOT_COLLECTED: Final = ""
_DAYS: Final = 10_000_000


def key_of(key: tuple[Any, ...]) -> int:
    """Return one number for (URN, start date)."""
    urn, starts_on = key
    return int(urn) * _DAYS + int(starts_on.toordinal())


TABLE = KeyedTable(
    "outcome_snapshots",
    ("urn", "starts_on", "framework", "overall", "overall_reason", "grades", "warnings"),
    ("urn", "starts_on"),
    key_of,
    told=Telling("outcome", ("framework", "overall", "overall_reason", "grades"), subject=("starts_on",)),
)


class OutcomeRow(NamedTuple):
    """A row of the table, with the codes of its warnings."""

    packed: str
    content_hash: bytes
    urn: int
    warnings: tuple[str, ...]


class OutcomeReader(RowReader):
    """Reads rows of one file."""

    def __init__(self, header: Header) -> None:
        columns = Columns(OfstedOutcomes.code, header)
        self.columns = columns
        fields, areas = columns.known["fields"], columns.known["areas"]
        self._urn = columns.reader("urn", parse_urn, "not a URN (six digits)", needed=True)
        self._dates = InspectionDates()
        read = partial(self._dates.read, fields["starts_on"])
        self._starts: Reader[date] = columns.dates_reader("starts_on", read, "not a date", needed=True)
        self._places = [columns.place(fields[name]) for name in ("urn", "starts_on")]
        self._judged = {title: columns.place(title) for title in (fields["overall"], *areas.values())}
        self._areas = tuple(areas)

    def dated(self, as_at: date) -> None:
        """Learn the date of the file, before its first row."""
        self._dates.as_at = as_at

    def key(self, cells: Sequence[str]) -> int:
        """Return the number of (URN, start date)."""
        return key_of(self._identity(cells))

    def read(self, cells: Sequence[str]) -> OutcomeRow:
        """Return the outcome: the grades in words, as codes of their framework."""
        urn, starts_on = self._identity(cells)
        framework = self._framework(starts_on)
        padded = [*cells, NOT_COLLECTED]
        judged = [padded[place] for place in self._judged.values()]
        # the snapshot has neither category nor safeguarding: both stand for nothing, and no category is missed
        read = judgements.graded(
            framework.code,
            self._areas,
            [NOT_COLLECTED, NOT_COLLECTED, *judged],
            ["", "", *self._judged],
            has_overall=framework.has_overall,
        )
        value = dict(zip(judgements.COLUMNS, unpack(read.packed), strict=True))
        odd = tuple(code for code in read.warnings if code != MISSING)
        packed = pack(
            [
                str(urn),
                starts_on.isoformat(),
                framework.code,
                value["overall"],
                value["overall_reason"],
                value["grades"],
                text_array(odd),
            ]
        )
        return OutcomeRow(packed, digest(packed), urn, odd)

    def _identity(self, cells: Sequence[str]) -> tuple[int, date]:
        urn, starts_on = self._urn.read(cells[self._places[0]]), self._starts.read(cells[self._places[1]])
        assert urn is not None  # noqa: S101 - both columns are needed
        assert starts_on is not None  # noqa: S101
        return urn, starts_on

    def _framework(self, starts_on: date) -> Framework:
        framework = framework_for(starts_on, frameworks_by_code().values())
        if framework.code == REPORT_CARD:
            title = self._starts.title
            raise RejectedRow(
                "framework_mismatch",
                f"{title}: {starts_on} is after report cards replaced these grades.",
                title,
                str(starts_on),
            )
        return framework


class OfstedOutcomes:
    """The kind of file."""

    code = "ofsted-outcomes"
    version = 2
    key_name = "URN and start date"

    def reader(self, header: Header) -> OutcomeReader:
        """Return a reader for files with this header."""
        return OutcomeReader(header)

    def load(self, connection: Connection, batch: Batch, source: Provenance, warnings: Warnings) -> Fates:
        """Merge the outcomes beside the inspections, which they never touch; no fact changes, so no school is told."""
        merged = merge(connection, TABLE, batch, source)
        for key, accepted in batch.accepted.items():
            row: OutcomeRow = accepted.record
            if row.warnings:
                batch.anew.add(key)
            for code in row.warnings:
                warnings.add(code, judgements.warning_text(code), 1, [row.urn])
        return Fates(len(merged.created), len(merged.changed))
