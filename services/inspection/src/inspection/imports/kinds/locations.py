"""Where schools are, by URN (`gias-locations`)."""

from collections.abc import Callable, Sequence

from sqlalchemy import Connection

from inspection.imports.kinds import repository
from inspection.imports.kinds.columns import Columns
from inspection.imports.kinds.keyed import KeyedRow, KeyedTable, merge
from inspection.imports.kinds.model import Batch, Fates, Provenance, RowReader, Warnings
from inspection.imports.kinds.ofsted.register import parse_urn
from inspection.imports.kinds.packing import digest, pack
from inspection.imports.kinds.told_sql import Telling
from inspection.imports.limits import limit
from inspection.imports.reading.cells import parse_float
from inspection.imports.reading.header import Header

TABLE = KeyedTable(
    "school_locations",
    ("urn", "lat", "lng"),
    ("urn",),
    lambda key: int(key[0]),
    told=Telling("location", ("lat", "lng")),
)


class LocationReader(RowReader):
    """Reads rows of one file."""

    def __init__(self, header: Header) -> None:
        columns = Columns(GiasLocations.code, header)
        self.columns = columns
        fields = columns.known["fields"]
        self._urn = columns.reader("urn", parse_urn, "not a URN (six digits)", needed=True)
        self._lat = columns.reader("lat", _degrees("south", "north"), "not a latitude of England", needed=True)
        self._lng = columns.reader("lng", _degrees("west", "east"), "not a longitude of England", needed=True)
        self._places = [columns.place(fields[name]) for name in ("urn", "lat", "lng")]

    def key(self, cells: Sequence[str]) -> int:
        """Return the URN."""
        return int(self._urn.read(cells[self._places[0]]) or 0)

    def read(self, cells: Sequence[str]) -> KeyedRow:
        """Return the place."""
        urn, lat, lng = (cells[place] for place in self._places)
        packed = pack([str(self._urn.read(urn)), str(self._lat.read(lat)), str(self._lng.read(lng))])
        return KeyedRow(packed, digest(packed))


class GiasLocations:
    """The kind of file."""

    code = "gias-locations"
    version = 1
    key_name = "URN"

    def reader(self, header: Header) -> LocationReader:
        """Return a reader for files with this header."""
        return LocationReader(header)

    def load(self, connection: Connection, batch: Batch, source: Provenance, warnings: Warnings) -> Fates:
        """Merge the places, of schools not in the register too: it may come to know them."""
        merged = merge(connection, TABLE, batch, source)
        touched = [*merged.created, *merged.changed]
        known = repository.schools_among(connection, touched)
        repository.tell_schools(connection, known)
        if len(known) < len(touched):
            count = len(touched) - len(known)
            warnings.add("not_in_register", "Places of URNs that are not in the register of schools are kept.", count)
        return Fates(len(merged.created), len(merged.changed))


def _degrees(least: str, most: str) -> Callable[[str], float]:
    england = limit("england")

    def read(cell: str) -> float:
        value = parse_float(cell)
        if not england[least] <= value <= england[most]:
            raise ValueError("out of range")
        return value

    return read
