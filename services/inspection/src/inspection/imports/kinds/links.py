"""Predecessor and successor links (`gias-links`)."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

from sqlalchemy import Connection

from inspection.data import load
from inspection.domain.cycles import Edge, closing_edges
from inspection.imports.kinds import repository
from inspection.imports.kinds.codes import code_reader
from inspection.imports.kinds.columns import Columns
from inspection.imports.kinds.keyed import KeyedRow, KeyedTable, merge
from inspection.imports.kinds.model import Batch, Fates, Provenance, RowReader, Warnings
from inspection.imports.kinds.ofsted.register import parse_urn
from inspection.imports.kinds.packing import digest, pack, unpack
from inspection.imports.kinds.told_sql import Telling
from inspection.imports.reading.cells import parse_date, parse_text
from inspection.imports.reading.header import Header
from inspection.imports.reading.problems import RejectedRow


def key_of(key: tuple[Any, ...]) -> int:
    """Return one number for (URN, linked URN, code of the kind of link)."""
    return int.from_bytes(blake2b(repr(key).encode(), digest_size=8).digest(), signed=True)


TABLE = KeyedTable(
    "school_links",
    ("urn", "link_urn", "kind", "link_name", "established_on", "predecessor_urn", "successor_urn"),
    ("urn", "link_urn", "kind"),
    key_of,
    told=Telling("link", ("link_name", "established_on"), subject=("kind", "link_urn")),
)


class LinkReader(RowReader):
    """Reads rows of one file."""

    def __init__(self, header: Header) -> None:
        columns = Columns(GiasLinks.code, header)
        self.columns = columns
        read = columns.reader
        self._readers = {
            "urn": read("urn", parse_urn, "not a URN (six digits)", needed=True),
            "link_urn": read("link_urn", parse_urn, "not a URN (six digits)", needed=True),
            "kind": read("kind", code_reader("link_kinds", "label"), "not a kind of link known", needed=True),
            "link_name": read("link_name", parse_text, "too long"),
            "established_on": columns.dates_reader("established_on", parse_date, "not a date (dd-mm-yyyy)"),
        }
        fields = columns.known["fields"]
        self._places = {name: columns.place(fields[name]) for name in self._readers}
        self._link_title: str = fields["link_urn"]
        self._linked_is = {entry["code"]: entry["linked_is"] for entry in load("link_kinds")}

    def key(self, cells: Sequence[str]) -> int:
        """Return the number of the link's key."""
        return key_of(tuple(self._readers[name].read(cells[self._places[name]]) for name in TABLE.key))

    def read(self, cells: Sequence[str]) -> KeyedRow:
        """Return the link."""
        padded = [*cells, ""]
        urn, linked, kind, name, since = (
            reader.read(padded[self._places[name]]) for name, reader in self._readers.items()
        )
        if urn == linked:
            raise RejectedRow(
                "contradiction", f"{self._link_title}: {linked} is linked to itself.", self._link_title, str(linked)
            )
        before, after = {"predecessor": (linked, urn), "successor": (urn, linked)}.get(
            self._linked_is[kind], (None, None)
        )
        packed = pack(
            [None if value is None else str(value) for value in (urn, linked, kind, name, since, before, after)]
        )
        return KeyedRow(packed, digest(packed))


class GiasLinks:
    """The kind of file."""

    code = "gias-links"
    version = 1
    key_name = "link"

    def reader(self, header: Header) -> LinkReader:
        """Return a reader for files with this header."""
        return LinkReader(header)

    def load(self, connection: Connection, batch: Batch, source: Provenance, warnings: Warnings) -> Fates:
        """Merge the links, cut every cycle at the link that closes it, and tell who follows a school that closed."""
        merged = merge(connection, TABLE, batch, source)
        new = (unpack(batch.accepted[key].record.packed) for key in merged.created)
        predecessors = {int(before) for *_, before, _ in new if before is not None}
        links = repository.directed_links(connection)
        closing = closing_edges((link.predecessor_urn, link.successor_urn) for link in links)
        repository.cut(connection, closing)
        repository.tell_succeeded(connection, repository.closed_among(connection, predecessors))
        _warn(warnings, closing, links, batch)
        _warn_of_unlisted(connection, warnings, batch, source)
        return Fates(len(merged.created), len(merged.changed))


def _warn(warnings: Warnings, closing: Sequence[Edge], links: Sequence[Any], batch: Batch) -> None:
    """Warn of the links that are cut, of those that the file tells or that were not cut before it."""
    concerned = {
        (link.predecessor_urn, link.successor_urn)
        for link in links
        if not link.cut or key_of((link.urn, link.link_urn, link.kind)) in batch.listed
    }
    told = [list(edge) for edge in closing if edge in concerned]
    if told:
        text = "Links that make a school its own predecessor are cut; the examples are predecessor and successor."
        warnings.add("link_cycle", text, len(told), told)


def _warn_of_unlisted(connection: Connection, warnings: Warnings, batch: Batch, source: Provenance) -> None:
    """Warn of links that earlier files told, and that this one, of all links, does not list any more."""
    if batch.partial:
        return
    missing = [
        list(key[:2])
        for key, known in repository.stored_rows(connection, TABLE.name, TABLE.key)
        if known.as_at < source.as_at and key_of(key) not in batch.listed
    ]
    if missing:
        text = "Links that this file does not list any more are kept, as the files that told them last have them."
        warnings.add("not_listed", text, len(missing), missing)
