"""Stays that the history of memberships tells of schools which no file has named yet: kept until one does."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import Connection, text

from inspection.domain.memberships import Stay, in_turn
from inspection.domain.names import fold
from inspection.imports.kinds import repository, stays
from inspection.imports.kinds.model import Provenance
from inspection.imports.kinds.packing import number_array
from inspection.imports.kinds.stays import Moved


class MembershipRow(NamedTuple):
    """A stay as the file tells it."""

    urn: int
    uid: str
    name: str | None
    joined_on: date
    left_on: date | None

    def stay(self) -> Stay:
        """Return it as a stay of which the register tells the days."""
        return Stay(self.uid, self.joined_on, self.joined_on, self.left_on, assumed=False)


# the newest file counts; rows of one that are sent again are added to its others
_KEEP: Final = """
INSERT INTO waiting_memberships AS known (urn, source_id, stays)
SELECT urn, :source, stays FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS sent (urn int, stays jsonb)
ON CONFLICT (urn) DO UPDATE
SET source_id = excluded.source_id,
    stays = CASE WHEN :partial THEN known.stays || excluded.stays ELSE excluded.stays END
WHERE (SELECT as_at FROM sources WHERE id = known.source_id) <= :as_at
RETURNING urn"""
_KEPT: Final = "SELECT urn, stays FROM waiting_memberships WHERE urn = ANY(CAST(:urns AS int[]))"

_TAKE: Final = """
WITH taken AS (DELETE FROM waiting_memberships WHERE urn = ANY(CAST(:urns AS int[])) RETURNING urn, source_id, stays)
SELECT s.id, s.name, s.as_at, t.urn, t.stays
FROM taken t JOIN sources s ON s.id = t.source_id ORDER BY s.id, t.urn"""


def keep(
    connection: Connection, rows: Mapping[int, Sequence[MembershipRow]], source: Provenance, *, partial: bool
) -> dict[int, list[Stay]]:
    """Keep what a file tells of these schools, `partial` if it is a part of a file.

    Return what had been kept of the schools of which no newer file has told.
    """
    if not rows:
        return {}
    kept = connection.execute(text(_KEPT), {"urns": number_array(rows)})
    before = {row.urn: [each.stay() for each in map(_row(row.urn), row.stays)] for row in kept}
    sent = [{"urn": urn, "stays": [each[1:] for each in told]} for urn, told in rows.items()]
    values = {"source": source.id, "as_at": source.as_at, "partial": partial, "rows": orjson.dumps(sent).decode()}
    return {urn: before.get(urn, []) for urn in connection.scalars(text(_KEEP), values)}


def settle(connection: Connection, created: Collection[int]) -> Moved:
    """Give schools that have just been added the stays that wait for them; return whom that concerns."""
    waiting = connection.execute(text(_TAKE), {"urns": number_array(created)}).all() if created else []
    moved = Moved(set(), set())
    for source, each in groupby(waiting, lambda row: Provenance(row.id, row.name, row.as_at)):
        told = {row.urn: [*map(_row(row.urn), row.stays)] for row in each}
        add_trusts(connection, [stay for rows in told.values() for stay in rows], source)
        turns = {urn: in_turn(row.stay() for row in rows) for urn, rows in told.items()}
        now = stays.settle(connection, turns, source)
        moved = Moved(moved.schools | now.schools, moved.trusts | now.trusts)
    return moved


def _row(urn: int) -> Any:
    def read(kept: Sequence[Any]) -> MembershipRow:
        uid, name, joined, left = kept
        return MembershipRow(urn, uid, name, date.fromisoformat(joined), left and date.fromisoformat(left))

    return read


def add_trusts(connection: Connection, rows: Sequence[MembershipRow], source: Provenance) -> None:
    """Add the trusts of these stays that the register of groups has not told of."""
    names: Mapping[str, str] = {row.uid: row.name or row.uid for row in rows}
    repository.add_trusts(connection, names, {uid: fold(name) for uid, name in names.items()}, source.id)
