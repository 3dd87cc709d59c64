"""The load of a file of pupil measures: each of its rows is several measures of one school in one academic year."""

from collections.abc import Iterator

from sqlalchemy import Connection

from inspection.imports.kinds import repository as bulk
from inspection.imports.kinds.model import Batch, Fates, Provenance, Warnings
from inspection.imports.kinds.packing import join
from inspection.imports.kinds.pupils import repository
from inspection.imports.kinds.pupils.reader import PupilReader, PupilRow, year_of
from inspection.imports.limits import beyond
from inspection.imports.reading.header import Header


class PupilMeasures:
    """A kind of file of pupil measures: `code` names its columns in `data/columns`."""

    version = 1
    key_name = "URN"

    def __init__(self, code: str) -> None:
        self.code = code

    def reader(self, header: Header) -> PupilReader:
        """Return a reader for files with this header."""
        return PupilReader(self.code, header)

    def load(self, connection: Connection, batch: Batch, source: Provenance, warnings: Warnings) -> Fates:
        """Merge the measures. A file of an earlier date changes nothing that a later one of the same year said."""
        rows: dict[int, PupilRow] = {urn: accepted.record for urn, accepted in batch.accepted.items()}
        year = year_of(source.as_at)
        other = [urn for urn, row in rows.items() if row.year not in {None, year}]
        if other:
            text = f"Rows name another academic year than {year}, in which the file's date lies; they go to their own."
            warnings.add("other_year", text, len(other), other[:10])
        repository.stage_measures(connection, _packed(rows, year, source.id))
        fates = repository.merge_staged(connection, source.as_at, batch.left)
        self._warn_of_coverage(connection, warnings)
        self._warn_of_strangers(connection, batch, warnings)
        return fates

    @staticmethod
    def _warn_of_coverage(connection: Connection, warnings: Warnings) -> None:
        """Warn where the newest year's figures are of far fewer schools than those of the year before it."""
        match repository.coverage(connection):
            case [(year, schools), (year_before, schools_before)]:
                lost = schools_before - schools
                if beyond("fewer_schools", lost, schools_before):
                    text = f"Figures of {year} are of {schools} schools, those of {year_before} of {schools_before}."
                    warnings.add("fewer_schools", text, lost)

    @staticmethod
    def _warn_of_strangers(connection: Connection, batch: Batch, warnings: Warnings) -> None:
        strangers = len(batch.accepted) - len(bulk.schools_among(connection, batch.accepted))
        if strangers:
            warnings.add("not_in_register", "Measures of URNs not in the register of schools are kept.", strangers)


def _packed(rows: dict[int, PupilRow], year: str, source_id: int) -> Iterator[str]:
    for urn, row in rows.items():
        period = row.year or year
        for measure in row.measures:
            yield join(str(urn), period, measure, str(source_id))
