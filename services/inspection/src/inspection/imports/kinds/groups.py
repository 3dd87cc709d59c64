"""The register's groups: trusts, federations, sponsors and others (`gias-groups`)."""

from collections.abc import Sequence

from sqlalchemy import Connection

from inspection.data import load
from inspection.domain.names import fold
from inspection.imports.kinds import repository
from inspection.imports.kinds.codes import code_reader
from inspection.imports.kinds.columns import Columns
from inspection.imports.kinds.keyed import KeyedRow, KeyedTable, merge
from inspection.imports.kinds.model import Batch, Fates, Provenance, RowReader, Warnings
from inspection.imports.kinds.ofsted.register import parse_uid
from inspection.imports.kinds.packing import digest, pack, unpack
from inspection.imports.kinds.told_sql import Telling
from inspection.imports.reading.cells import parse_date, parse_digits, parse_text
from inspection.imports.reading.header import Header

NOT_A_DATE = "not a date (dd/mm/yyyy)"
TABLE = KeyedTable(
    "school_groups",
    (
        "uid",
        "kind",
        "name",
        "name_folded",
        "status",
        "trn",
        "ukprn",
        "companies_house_number",
        "opened_on",
        "closed_on",
        "postcode",
    ),
    ("uid",),
    lambda key: int(key[0]),
    told=Telling(
        "group",
        ("kind", "name", "status", "trn", "ukprn", "companies_house_number", "opened_on", "closed_on", "postcode"),
        subject=("uid",),
        of_school=False,
    ),
)


class GroupReader(RowReader):
    """Reads rows of one file."""

    def __init__(self, header: Header) -> None:
        columns = Columns(GiasGroups.code, header)
        self.columns = columns
        read = columns.reader
        self._readers = {
            "uid": read("uid", parse_uid, "not a UID (digits)", needed=True),
            "kind": read("kind", code_reader("group_kinds", "file_code"), "not a type of group known", needed=True),
            "name": read("name", parse_text, "too long", needed=True),
            "status": read("status", code_reader("statuses", "code", "file_values"), "no status known", needed=True),
            "trn": read("trn", parse_text, "too long"),
            "ukprn": read("ukprn", parse_digits, "not a UKPRN (digits)"),
            "companies_house_number": read("companies_house_number", parse_text, "too long"),
            "opened_on": columns.dates_reader("opened_on", parse_date, NOT_A_DATE),
            "incorporated_on": columns.dates_reader("incorporated_on", parse_date, NOT_A_DATE),
            "closed_on": columns.dates_reader("closed_on", parse_date, NOT_A_DATE),
            "postcode": read("postcode", parse_text, "too long"),
        }
        self._places = {name: columns.place(columns.known["fields"][name]) for name in self._readers}

    def key(self, cells: Sequence[str]) -> int:
        """Return the group's UID."""
        return int(str(self._readers["uid"].read(cells[self._places["uid"]])))

    def read(self, cells: Sequence[str]) -> KeyedRow:
        """Return the group; a trust without an open date opened when it was incorporated."""
        padded = [*cells, ""]
        value = {name: reader.read(padded[self._places[name]]) for name, reader in self._readers.items()}
        opened, closed = value["opened_on"] or value["incorporated_on"], value["closed_on"]
        packed = pack(
            [
                value["uid"],
                value["kind"],
                value["name"],
                fold(str(value["name"])),
                value["status"],
                value["trn"],
                value["ukprn"],
                value["companies_house_number"],
                None if opened is None else str(opened),
                None if closed is None else str(closed),
                value["postcode"],
            ]
        )
        return KeyedRow(packed, digest(packed))


class GiasGroups:
    """The kind of file."""

    code = "gias-groups"
    version = 1
    key_name = "Group UID"

    def reader(self, header: Header) -> GroupReader:
        """Return a reader for files with this header."""
        return GroupReader(header)

    def load(self, connection: Connection, batch: Batch, source: Provenance, warnings: Warnings) -> Fates:
        """Merge the groups; a trust that changed is told, and so are its schools, whose facts name it."""
        del warnings
        merged = merge(connection, TABLE, batch, source)
        academy_trusts = {entry["code"] for entry in load("group_kinds") if entry["academy_trust"]}
        touched = [*merged.created, *merged.changed]
        trusts = [str(key) for key in touched if unpack(batch.accepted[key].record.packed)[1] in academy_trusts]
        repository.tell_trusts(connection, trusts)
        repository.tell_schools(connection, repository.schools_of_groups(connection, [str(key) for key in touched]))
        return Fates(len(merged.created), len(merged.changed))
