"""Who is in which trust, as files of a day show it: stays are written anew where one says something new."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from inspection.domain import memberships as domain
from inspection.domain.memberships import Stay, end, observe
from inspection.imports.kinds import repository, told_sql
from inspection.imports.kinds.model import Provenance, Warnings
from inspection.imports.kinds.packing import boolean, pack

EXAMPLES: Final = 10


class Seen(NamedTuple):
    """What a file shows of a school: its trust, when it opened, and when it closed."""

    trust_uid: str | None
    open_date: date | None
    closed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Moved:
    """Schools whose stays changed, and the trusts that these concern."""

    schools: set[int]
    trusts: set[str]


@dataclass(frozen=True, slots=True)
class Official:
    """The stays of a school that the register tells the days of, as at the newest of its files."""

    as_at: date
    stays: list[Stay]


def official(connection: Connection, urns: Collection[int]) -> dict[int, Official]:
    """Return what the register's history of memberships has told of these schools."""
    return {urn: each for urn, rows in _known(connection, urns).items() if (each := _official(rows))}


def settle(connection: Connection, register: Mapping[int, Sequence[Stay]], source: Provenance) -> Moved:
    """Give these schools the stays that the register tells of; all of them are this file's word from now on."""
    writing = _Writing(source)
    known = _known(connection, list(register))
    for urn, stays in register.items():
        rows = known.get(urn, [])
        writing.take(urn, rows, domain.settle(_stays(rows), stays, source.as_at))
    moved = writing.write(connection)
    repository.take_over_stays(connection, list(register), source.id)
    return moved


def note(
    connection: Connection,
    seen: Mapping[int, Seen],
    known: Collection[int],
    source: Provenance,
    *,
    new: Collection[int] = (),
) -> Moved:
    """Note what a file of `source` shows of these schools; only those among `known` can have stays already.

    What it says of schools that it adds (`new`, or not among `known`) is told as no change. Where the register has told
    the days, as at the file's day or later, the file says nothing more, but for a closure.
    """
    rows_by_urn = _known(connection, [urn for urn in seen if urn in known])
    writing = _Writing(source)
    for urn, shown in seen.items():
        rows = rows_by_urn.get(urn, [])
        register = _official(rows)
        if register is None or register.as_at < source.as_at or shown.closed_on is not None:
            after = _after(_stays(rows), shown, source.as_at)
            writing.take(urn, rows, after, new=urn in new or urn not in known)
    return writing.write(connection)


def warn_of_disagreement(connection: Connection, urns: Collection[int], source: Provenance, warnings: Warnings) -> None:
    """Warn of these schools that the register has in another trust than the history does on the day of the file."""
    if differing := repository.trusts_disagree(connection, urns, source.as_at):
        text = (
            "The register and its history of memberships name different trusts on the day of the file. The school is"
            " shown in the register's trust, its stays are told by the history."
        )
        warnings.add("trusts_disagree", text, len(differing), differing[:EXAMPLES])


class _Writing:
    """Collects the stays that change, to write them at once."""

    def __init__(self, source: Provenance) -> None:
        self._source = source
        self._packed: list[str] = []
        self._changes: list[Change] = []
        self._moved = Moved(set(), set())

    def take(self, urn: int, rows: Sequence[Any], after: Sequence[Stay], *, new: bool = False) -> None:
        """Take a school's stays as they are to be."""
        before = _stays(rows)
        if after == before:
            return
        if not new:
            self._changes.extend(_changes(urn, before, after))
        self._moved.schools.add(urn)
        self._moved.trusts.update(stay.trust_uid for stay in {*before, *after})
        sources = {(row.first_seen_on, row.assumed): row.source_id for row in rows}
        for stay in after:
            source_id = sources.get((stay.first_seen_on, stay.assumed), self._source.id)
            self._packed.append(_packed(urn, stay, source_id))

    def write(self, connection: Connection) -> Moved:
        """Write them, and return what moved."""
        if self._moved.schools:
            repository.replace_stays(connection, self._moved.schools, self._packed)
            told_sql.stays(connection, self._changes)
        return self._moved


def _known(connection: Connection, urns: Collection[int]) -> dict[int, list[Any]]:
    return {urn: [*rows] for urn, rows in groupby(repository.stays(connection, urns), lambda row: row.urn)}


def _stays(rows: Sequence[Any]) -> list[Stay]:
    return [Stay(row.trust_uid, row.joined_on, row.first_seen_on, row.left_on, row.assumed) for row in rows]


def _official(rows: Sequence[Any]) -> Official | None:
    facts = [row for row in rows if not row.assumed]
    return Official(max(row.as_at for row in facts), _stays(facts)) if facts else None


Change = tuple[int, str, str, Any, Any]
"""URN, the trust's UID, field, from, to."""


def _changes(urn: int, before: Sequence[Stay], after: Sequence[Stay]) -> Iterator[Change]:
    old, new = ({(stay.trust_uid, stay.first_seen_on): stay for stay in stays} for stays in (before, after))
    for key in dict.fromkeys([*new, *old]):
        was, now = old.get(key), new.get(key)
        if was is None or now is None:
            yield (urn, key[0], "membership", _told(was), _told(now))
            continue
        for field in ("joined_on", "left_on"):
            if getattr(was, field) != getattr(now, field):
                yield (urn, key[0], field, getattr(was, field), getattr(now, field))


def _told(stay: Stay | None) -> dict[str, date | None] | None:
    return None if stay is None else {"joined_on": stay.joined_on, "left_on": stay.left_on}


def _after(before: Sequence[Stay], shown: Seen, day: date) -> list[Stay]:
    if shown.closed_on is not None:
        return end(before, shown.closed_on)
    return observe(before, day, shown.trust_uid, shown.open_date)


def _packed(urn: int, stay: Stay, source_id: int) -> str:
    left = None if stay.left_on is None else str(stay.left_on)
    days = (str(stay.joined_on), str(stay.first_seen_on), left)
    return pack([str(urn), stay.trust_uid, *days, boolean(stay.assumed), str(source_id)])
