"""The register's history of memberships of trusts (`gias-memberships`): when each school joined a trust, and left it.

The dates are facts, and take the place of what was assumed from files that only show one day (`domain.memberships`).
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Final

from sqlalchemy import Connection

from inspection.data import load
from inspection.domain.memberships import Stay, in_turn
from inspection.imports.kinds import repository, stays
from inspection.imports.kinds.codes import code_reader
from inspection.imports.kinds.columns import Columns
from inspection.imports.kinds.model import Batch, Fates, Provenance, RowReader, Warnings
from inspection.imports.kinds.ofsted.register import parse_uid, parse_urn
from inspection.imports.kinds.waiting_sql import MembershipRow, add_trusts, keep
from inspection.imports.reading.cells import parse_date, parse_text
from inspection.imports.reading.header import Header
from inspection.imports.reading.problems import RejectedRow

NOT_A_DATE: Final = "not a date (dd-mm-yyyy)"


class MembershipReader(RowReader):
    """Reads rows of one file."""

    def __init__(self, header: Header) -> None:
        columns = Columns(GiasMemberships.code, header)
        self.columns = columns
        read = columns.reader
        self._urn = read("urn", parse_urn, "not a URN (six digits)", needed=True)
        self._uid = read("uid", parse_uid, "not a UID (digits)", needed=True)
        self._kind = read("kind", code_reader("group_kinds", "label"), "not a type of group known", needed=True)
        self._name = read("name", parse_text, "too long")
        self._joined = columns.dates_reader("joined_on", parse_date, NOT_A_DATE, needed=True)
        self._left = columns.dates_reader("left_on", parse_date, NOT_A_DATE)
        self._places = {name: columns.place(title) for name, title in columns.known["fields"].items()}
        self._trusts = {entry["code"] for entry in load("group_kinds") if entry["academy_trust"]}

    def key(self, cells: Sequence[str]) -> int:
        """Return one number for (URN, UID, day of joining)."""
        row = self.read(cells)
        return int.from_bytes(blake2b(repr(row[:2] + row[3:4]).encode(), digest_size=8).digest(), signed=True)

    def read(self, cells: Sequence[str]) -> MembershipRow:
        """Return the stay; raises RejectedRow for one in a group that is no trust, or that ends before it begins."""
        padded = [*cells, ""]
        cell = {name: padded[place] for name, place in self._places.items()}
        kind = self._kind[cell["kind"]]
        if kind not in self._trusts:
            raise RejectedRow("not_a_trust", "The group is no academy trust.", self._kind.title, cell["kind"])
        joined, left = self._joined[cell["joined_on"]], self._left[cell["left_on"]]
        uid, urn = self._uid[cell["uid"]], self._urn[cell["urn"]]
        assert joined is not None and uid is not None and urn is not None  # noqa: S101, PT018 - `needed`
        if left is not None and left <= joined:
            text = f"{self._left.title}: the school left on {left}, not after it joined on {joined}."
            raise RejectedRow("contradiction", text, self._left.title, cell["left_on"])
        return MembershipRow(urn, uid, self._name[cell["name"]], joined, left)


@dataclass(slots=True)
class _Count:
    """What becomes of the rows."""

    created: int = 0
    changed: int = 0
    strangers: list[int] = field(default_factory=list)
    older: list[int] = field(default_factory=list)
    overlapping: list[int] = field(default_factory=list)
    ahead: list[int] = field(default_factory=list)


class GiasMemberships:
    """The kind of file."""

    code = "gias-memberships"
    version = 1
    key_name = "membership"

    def reader(self, header: Header) -> MembershipReader:
        """Return a reader for files with this header."""
        return MembershipReader(header)

    def load(self, connection: Connection, batch: Batch, source: Provenance, warnings: Warnings) -> Fates:
        """Give each school that the file lists the stays it tells of; an older file changes nothing of a newer one."""
        by_urn: dict[int, list[MembershipRow]] = defaultdict(list)
        for accepted in batch.accepted.values():
            by_urn[accepted.record.urn].append(accepted.record)
        batch.anew.update(batch.accepted)  # a school's stays are read together, whichever of its rows changed
        known = set(repository.schools_among(connection, by_urn))
        add_trusts(connection, [row for urn in known for row in by_urn[urn]], source)
        count = _Count(strangers=sorted(set(by_urn) - known))
        waiting = keep(connection, {urn: by_urn[urn] for urn in count.strangers}, source, partial=batch.partial)
        for urn, kept in waiting.items():
            _compare(by_urn[urn], kept, count)
        told: dict[int, list[Stay]] = {}
        before = stays.official(connection, known)
        for urn in sorted(known):
            held = before.get(urn)
            if held is not None and held.as_at > source.as_at:
                count.older.append(urn)
                continue
            told[urn] = _told(urn, by_urn[urn], held.stays if held and batch.partial else (), count)
            _compare(by_urn[urn], held.stays if held else (), count)
            if any(row.joined_on > source.as_at for row in by_urn[urn]):
                count.ahead.append(urn)
        moved = stays.settle(connection, told, source)
        repository.tell_trusts(connection, moved.trusts)
        repository.tell_schools(connection, moved.schools)
        _warn(warnings, count)
        stays.warn_of_disagreement(connection, told, source, warnings)
        return Fates(count.created, count.changed)


def _told(urn: int, rows: Sequence[MembershipRow], kept: Sequence[Stay], count: _Count) -> list[Stay]:
    """Return a school's stays in turn; of a part of a file, with those `kept` that it does not speak of."""
    spoken = {(row.uid, row.joined_on) for row in rows}
    every = [*(row.stay() for row in rows), *(stay for stay in kept if (stay.trust_uid, stay.joined_on) not in spoken)]
    ordered = in_turn(every)
    if {*ordered} != {*every}:
        count.overlapping.append(urn)
    return ordered


def _compare(rows: Sequence[MembershipRow], held: Sequence[Stay], count: _Count) -> None:
    known = {(stay.trust_uid, stay.joined_on): stay.left_on for stay in held}
    for row in rows:
        key = (row.uid, row.joined_on)
        if key not in known:
            count.created += 1
        elif known[key] != row.left_on:
            count.changed += 1


def _warn(warnings: Warnings, count: _Count) -> None:
    for code, text, urns in (
        (
            "not_in_register",
            "Stays of schools not in the register are kept until it has them.",
            count.strangers,
        ),
        ("older_file", "Of these schools a newer file of this kind has told already.", count.older),
        (
            "overlapping_stays",
            "A school is in one trust at a time: a stay ends, at the latest, when the next one begins.",
            count.overlapping,
        ),
        (
            "joins_later",
            "A stay that begins after the date of the file counts from its day on, and the one before it until then.",
            count.ahead,
        ),
    ):
        if urns:
            warnings.add(code, text, len(urns), urns[: stays.EXAMPLES])
