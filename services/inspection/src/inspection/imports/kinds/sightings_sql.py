"""What each file showed of who is in which trust: kept as one row for each load, and read where files come late."""

# ruff: noqa: S608 - statements are put together from names of ours; every value is bound

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, text

from inspection.imports.kinds.model import Batch, Provenance
from inspection.imports.kinds.packing import number_array, text_array
from inspection.imports.kinds.register_sql import REGISTER

HISTORY: Final = "gias-memberships"
_SHOWING: Final = ("ofsted-latest-inspections", REGISTER, HISTORY)

_KEEP = """
WITH earlier AS (
    SELECT g.urns, g.trust_uids, g.passed
    FROM sightings g JOIN imports i ON i.source_id = g.source_id
    WHERE i.kind = :kind AND i.as_at = CAST(:known_as_at AS date) AND i.row_digests IS NOT NULL
    ORDER BY g.source_id DESC
    LIMIT 1)
INSERT INTO sightings (source_id, urns, trust_uids, passed)
SELECT :source, array_agg(urn), array_agg(trust_uid), CAST(:passed AS uuid[]) || ARRAY(
    SELECT i.id
    FROM earlier CROSS JOIN LATERAL unnest(earlier.passed) AS same (id) JOIN inspections i ON i.id = same.id
    WHERE i.urn = ANY(CAST(:known AS int[])))
FROM (
    SELECT urn, trust_uid FROM unnest(CAST(:urns AS int[]), CAST(:uids AS text[])) AS read (urn, trust_uid)
    UNION ALL
    SELECT same.urn, same.trust_uid
    FROM earlier CROSS JOIN LATERAL unnest(earlier.urns, earlier.trust_uids) AS same (urn, trust_uid)
    WHERE same.urn = ANY(CAST(:known AS int[]))) shown
HAVING count(*) > 0"""

_SUPERSEDE = """
UPDATE sightings g SET passed = g.passed || ARRAY(SELECT id FROM inspections WHERE source_id = :source)
FROM sources s WHERE s.id = g.source_id AND s.name = :kind AND s.as_at > :as_at"""


def keep(
    connection: Connection,
    read: Mapping[int, str | None],
    batch: Batch,
    source: Provenance,
    passed: Collection[UUID] = (),
) -> bool:
    """Keep what a file shows: of the rows that were `read`, and of those known from an earlier file, as that did.

    `passed` are the inspections known of schools of these rows that the rows have no word on. A file without a column
    of trusts shows nothing. False where the file is that earlier one again.
    """
    if not batch.accepted and batch.known_as_at == source.as_at:
        return False
    if "trust_uid" in batch.left:
        return True
    values = {
        "source": source.id,
        "kind": source.name,
        "urns": number_array(read),
        "uids": text_array(uid or "NULL" for uid in read.values()),
        "known": number_array(batch.known),
        "passed": text_array(map(str, passed)),
        "known_as_at": batch.known_as_at,
    }
    connection.execute(text(_KEEP), values)
    return True


def pass_over(connection: Connection, source: Provenance) -> None:
    """Note that files for later days than this one have no word on the inspections that it is the first to tell of."""
    values = {"source": source.id, "kind": source.name, "as_at": source.as_at}
    connection.execute(text(_SUPERSEDE), values)


def is_newest(connection: Connection, source: Provenance) -> bool:
    """Tell whether no other file that tells who is in which trust is of the same day or of a later one."""
    return not connection.scalar(
        text("SELECT EXISTS (SELECT FROM sources WHERE name = ANY(:names) AND as_at >= :as_at AND id <> :source)"),
        {"names": list(_SHOWING), "as_at": source.as_at, "source": source.id},
    )


_SCHOOLS = """
SELECT s.urn, s.open_date, seen.trust_uid,
    CASE WHEN s.status = 'closed' THEN coalesce(s.close_date, word.as_at) END AS closed_on
FROM schools s
LEFT JOIN establishments e ON e.urn = s.urn
LEFT JOIN sources word ON word.id = e.source_id"""

_OTHERWISE = f"""{_SCHOOLS}
LEFT JOIN (
    SELECT t.urn, t.trust_uid, true AS shown
    FROM sightings g CROSS JOIN LATERAL unnest(g.urns, g.trust_uids) AS t (urn, trust_uid)
    WHERE g.source_id = :source) seen ON seen.urn = s.urn
LEFT JOIN memberships m
    ON m.urn = s.urn AND m.first_seen_on <= :as_at AND (m.left_on IS NULL OR m.left_on > :as_at)
WHERE seen.shown AND seen.trust_uid IS DISTINCT FROM m.trust_uid
        AND (s.status <> 'closed' OR :as_at < coalesce(s.close_date, word.as_at))
    OR s.status = 'closed' AND EXISTS (SELECT FROM memberships c WHERE c.urn = s.urn AND c.left_on IS NULL)
ORDER BY s.urn"""


def told_otherwise(connection: Connection, source: Provenance) -> list[Any]:
    """Return the schools that a file shows elsewhere than their stays have them on its day, and the closed ones in one.

    Each with `trust_uid` as the file shows it, `open_date`, and `closed_on` if it has closed.
    """
    return list(connection.execute(text(_OTHERWISE), {"source": source.id, "as_at": source.as_at}))


def schools(connection: Connection, urns: Collection[int]) -> dict[int, Any]:
    """Return of these schools `open_date`, and `closed_on` of those that have closed."""
    query = f"{_SCHOOLS.replace(', seen.trust_uid', '')} WHERE s.urn = ANY(CAST(:urns AS int[]))"
    return {row.urn: row for row in connection.execute(text(query), {"urns": number_array(urns)})}


# one of a day counts, the register's before another's; those that only repeat the one before are left out
_RUNS = """
SELECT urn, as_at, trust_uid, source_id
FROM (
    SELECT seen.*, row_number() OVER earlier = 1 OR trust_uid IS DISTINCT FROM lag(trust_uid) OVER earlier AS begins
    FROM (
        SELECT DISTINCT ON (t.urn, s.as_at) t.urn, s.as_at, t.trust_uid, s.id AS source_id, asked.since
        FROM sightings g
        JOIN sources s ON s.id = g.source_id
        CROSS JOIN LATERAL unnest(g.urns, g.trust_uids) AS t (urn, trust_uid)
        JOIN unnest(CAST(:urns AS int[]), CAST(:since AS date[])) AS asked (urn, since) ON asked.urn = t.urn
        ORDER BY t.urn, s.as_at, s.name = :register DESC, s.id DESC) seen
    WINDOW earlier AS (PARTITION BY urn, as_at >= since ORDER BY as_at)) runs
WHERE begins
ORDER BY urn, as_at"""


def runs(connection: Connection, since: Mapping[int, date | None]) -> list[Any]:
    """Return what all files showed of these schools, by URN and day, where it is not what the one before showed.

    From the day that is given with a school on it is told again, whether it was shown before or not.
    """
    values = {
        "urns": number_array(since),
        "since": text_array("NULL" if day is None else str(day) for day in since.values()),
        "register": REGISTER,
    }
    return list(connection.execute(text(_RUNS), values))
