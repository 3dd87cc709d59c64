"""What is known of a file's rows before it is read: from the load that it is compared with."""

from typing import Final

from sqlalchemy import Connection, RowMapping

from inspection.imports import repository
from inspection.imports.batches import KnownRows, unpack_digests
from inspection.imports.kinds import late_register_sql
from inspection.imports.kinds.model import Batch
from inspection.imports.reading.problems import Place
from inspection.imports.registry import is_dated

MOST_PLACES: Final = 1000
"""Of a file of which more rows are to be read anew, none is told apart by its place."""


def known_rows(connection: Connection, wanted: RowMapping) -> KnownRows:
    """Return the rows known from the newest load of this kind that is not newer than the import that is `wanted`."""
    kind, as_at = wanted["kind"], wanted["as_at"]
    stored = repository.known_digests(connection, kind, as_at)
    if stored is None:
        return KnownRows()
    if stored["as_at"] != as_at and (is_dated(kind) or late_register_sql.is_late(connection, kind, as_at)):
        return KnownRows()
    # what was published or corrected here since may differ from a row that has not changed: such rows are read again
    anew = repository.schools_published_here(connection)
    rows = unpack_digests(bytes(stored["row_digests"]))
    kept = {digest: key for digest, key in rows.items() if key not in anew} if anew else rows
    again = _again(stored, len(kept)) if stored["file_sha256"] == wanted["file_sha256"] else None
    return KnownRows(kept, stored["as_at"], again)


def _again(stored: RowMapping, known: int) -> list[Place] | None:
    """Return the places of the rows that are not known of the stored load's file; None where not all can be told.

    They cannot where rows were rejected, or are read again for what was published here.
    """
    places = [Place(*place) for place in stored["anew"] or ()]
    return places if stored["rows_read"] == known + len(places) else None


def places_anew(batch: Batch) -> list[list[int]]:
    """Return the places of the rows that are to be read again in the next file; none where they are too many."""
    return sorted([*batch.accepted[key].place] for key in batch.anew) if len(batch.anew) <= MOST_PLACES else []
