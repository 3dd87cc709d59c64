"""Who is in which trust, as files of a day show it: stays are written anew where one says something new."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import Any, Final

from sqlalchemy import Connection

from inspection.domain import memberships as domain
from inspection.domain.memberships import Sighting, Stay, end, observe, shown_before, sightings_of, since
from inspection.imports.kinds import repository, sightings_sql, told_sql
from inspection.imports.kinds.model import Provenance, Warnings
from inspection.imports.kinds.packing import boolean, pack

EXAMPLES: Final = 10


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
    newest = sightings_sql.is_newest(connection, source)
    told_anew: dict[int, Official] = {}
    for urn, stays in register.items():
        rows = known.get(urn, [])
        before, was = _stays(rows), _official(rows)
        if newest and stays and stays[-1].left_on is None and (was is None or was.stays == [*stays]):
            opened = before[0].joined_on if before and before[0].assumed else None
            writing.take(urn, rows, domain.settle(sightings_of(before), stays, source.as_at, opened))
        else:
            told_anew[urn] = Official(source.as_at, [*stays])
    _retell(connection, writing, told_anew, known)
    moved = writing.write(connection)
    repository.take_over_stays(connection, list(register), source.id)
    return moved


def follow(connection: Connection, source: Provenance, new: Collection[int] = ()) -> Moved:
    """Move the schools that a file, whose sightings are kept, shows elsewhere than they were known to be on its day.

    What it says of schools that it adds (`new`) is told as no change. Where the register has told the days, as at the
    file's day or later, the file says nothing more, but for a closure.
    """
    shown = {row.urn: row for row in sightings_sql.told_otherwise(connection, source)}
    known = _known(connection, list(shown))
    writing = _Writing(source, new)
    if not sightings_sql.is_newest(connection, source):
        _retell(connection, writing, {urn: _official(known.get(urn, [])) for urn in shown}, known)
        return writing.write(connection)
    for urn, row in shown.items():
        rows = known.get(urn, [])
        register = _official(rows)
        if row.closed_on is not None:
            writing.take(urn, rows, end(_stays(rows), row.closed_on))
        elif register is None or since(register.stays, register.as_at) <= source.as_at:
            seen = Sighting(source.as_at, row.trust_uid)
            writing.take(urn, rows, observe(_stays(rows), seen, row.open_date))
    return writing.write(connection)


def warn_of_disagreement(connection: Connection, urns: Collection[int], source: Provenance, warnings: Warnings) -> None:
    """Warn of these schools that the register has in another trust than the history does on the day of the file."""
    if differing := repository.trusts_disagree(connection, urns, source.as_at):
        text = (
            "The register and its history of memberships name different trusts on the day of the file. The school is"
            " shown in the register's trust, its stays are told by the history."
        )
        warnings.add("trusts_disagree", text, len(differing), differing[:EXAMPLES])


def _retell(
    connection: Connection,
    writing: "_Writing",
    register: Mapping[int, Official | None],
    known: Mapping[int, Sequence[Any]],
) -> None:
    """Tell the stays of these schools from all that files showed, and from what the register told of their days."""
    if not register:
        return
    schools = sightings_sql.schools(connection, register)
    counting = {urn: since(told.stays, told.as_at) if told and told.stays else None for urn, told in register.items()}
    shown = {urn: [*rows] for urn, rows in groupby(sightings_sql.runs(connection, counting), lambda row: row.urn)}
    for urn, told in register.items():
        runs, school = shown.get(urn, []), schools[urn]
        sightings = [Sighting(row.as_at, row.trust_uid) for row in runs]
        if school.closed_on is not None:
            sightings = shown_before(sightings, school.closed_on)
        official, day = (told.stays, told.as_at) if told else ([], date.min)
        stays = domain.settle(sightings, official, day, school.open_date)
        after = stays if school.closed_on is None else end(stays, school.closed_on)
        writing.take(urn, known.get(urn, []), after, {row.as_at: row.source_id for row in runs})


class _Writing:
    """Collects the stays that change, to write them at once."""

    def __init__(self, source: Provenance, new: Collection[int] = ()) -> None:
        self._source = source
        self._new = new
        self._packed: list[str] = []
        self._changes: list[Change] = []
        self._moved = Moved(set(), set())

    def take(
        self, urn: int, rows: Sequence[Any], after: Sequence[Stay], shown: Mapping[date, int] | None = None
    ) -> None:
        """Take a school's stays as they are to be; `shown` tells which source showed the school on a day."""
        before = _stays(rows)
        if after == before:
            return
        if urn not in self._new:
            self._changes.extend(_changes(urn, before, after))
        self._moved.schools.add(urn)
        self._moved.trusts.update(stay.trust_uid for stay in {*before, *after})
        sources = {(day, True): number for day, number in (shown or {}).items()}
        sources |= {(row.first_seen_on, row.assumed): row.source_id for row in rows}
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
    """Return what the register told: one that ended merely because a newer file showed another goes on."""
    facts = [row for row in rows if not row.assumed]
    if not facts:
        return None
    as_at, stays = max(row.as_at for row in facts), _stays(facts)
    shown = {row.first_seen_on for row in rows if row.assumed}
    for place, stay in enumerate(stays):
        if stay.left_on is not None and stay.left_on > as_at and stay.left_on in shown:
            ends = stays[place + 1].joined_on if stay is not stays[-1] else None
            stays[place] = replace(stay, left_on=ends)
    return Official(as_at, stays)


Change = tuple[int, str, str, Any, Any]
"""URN, the trust's UID, field, from, to."""


def _changes(urn: int, before: Sequence[Stay], after: Sequence[Stay]) -> Iterator[Change]:
    old, new = ({(stay.trust_uid, stay.first_seen_on): stay for stay in stays} for stays in (before, after))
    for key, stay in list(old.items()):  # one that was merely shown earlier than was known is the same stay
        same = (each for each, now in new.items() if each not in old and each[0] == key[0] and _alike(stay, now))
        if key not in new and (moved := next(same, None)) is not None:
            old[moved] = old.pop(key)
    for key in dict.fromkeys([*new, *old]):
        was, now = old.get(key), new.get(key)
        if was is None or now is None:
            yield (urn, key[0], "membership", _told(was), _told(now))
            continue
        for field in ("joined_on", "first_seen_on", "left_on"):
            if getattr(was, field) != getattr(now, field):
                yield (urn, key[0], field, getattr(was, field), getattr(now, field))


def _alike(stay: Stay, other: Stay) -> bool:
    return stay.joined_on == other.joined_on or stay.left_on == other.left_on


def _told(stay: Stay | None) -> dict[str, date | None] | None:
    return None if stay is None else {"joined_on": stay.joined_on, "left_on": stay.left_on}


def _packed(urn: int, stay: Stay, source_id: int) -> str:
    left = None if stay.left_on is None else str(stay.left_on)
    days = (str(stay.joined_on), str(stay.first_seen_on), left)
    return pack([str(urn), stay.trust_uid, *days, boolean(stay.assumed), str(source_id)])
