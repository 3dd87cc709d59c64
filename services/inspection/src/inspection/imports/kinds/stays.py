"""Who is in which trust, as files of a day show it: stays are written anew where one says something new."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import Connection

from inspection.domain.memberships import Stay, end, observe
from inspection.imports.kinds import repository
from inspection.imports.kinds.model import Provenance
from inspection.imports.kinds.packing import boolean, pack


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


def note(connection: Connection, seen: Mapping[int, Seen], known: Collection[int], source: Provenance) -> Moved:
    """Note what a file of `source` shows of these schools; only those among `known` can have stays already."""
    rows_by_urn = {
        urn: [*rows]
        for urn, rows in groupby(
            repository.stays(connection, [urn for urn in seen if urn in known]), lambda row: row.urn
        )
    }
    packed: list[str] = []
    moved = Moved(set(), set())
    for urn, shown in seen.items():
        rows = rows_by_urn.get(urn, [])
        before = [Stay(row.trust_uid, row.joined_on, row.first_seen_on, row.left_on) for row in rows]
        after = _after(before, shown, source.as_at)
        if after == before:
            continue
        moved.schools.add(urn)
        moved.trusts.update(stay.trust_uid for stay in {*before, *after})
        sources = {row.first_seen_on: row.source_id for row in rows}
        packed.extend(_packed(urn, stay, sources.get(stay.first_seen_on, source.id)) for stay in after)
    if moved.schools:
        repository.replace_stays(connection, moved.schools, packed)
    return moved


def _after(before: Sequence[Stay], shown: Seen, day: date) -> list[Stay]:
    if shown.closed_on is not None:
        return end(before, shown.closed_on)
    return observe(before, day, shown.trust_uid, shown.open_date)


def _packed(urn: int, stay: Stay, source_id: int) -> str:
    left = None if stay.left_on is None else str(stay.left_on)
    days = (str(stay.joined_on), str(stay.first_seen_on), left)
    return pack([str(urn), stay.trust_uid, *days, boolean(True), str(source_id)])
