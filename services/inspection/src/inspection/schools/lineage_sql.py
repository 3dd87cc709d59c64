"""The SQL of schools' predecessors and successors."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from inspection.domain.lineage import Link
from inspection.rows import Reads, Row, fetch_all

_LINKS = """
WITH RECURSIVE
    edges AS NOT MATERIALIZED (
        SELECT predecessor_urn, successor_urn, kind, established_on, cut
        FROM school_links
        WHERE predecessor_urn IS NOT NULL),
    earlier AS (
        SELECT * FROM edges WHERE successor_urn = :urn
        UNION
        SELECT e.* FROM edges e JOIN earlier ON e.successor_urn = earlier.predecessor_urn),
    later AS (
        SELECT * FROM edges WHERE predecessor_urn = :urn
        UNION
        SELECT e.* FROM edges e JOIN later ON e.predecessor_urn = later.successor_urn)
SELECT * FROM earlier
UNION
SELECT * FROM later"""


async def links_around(reads: Reads, urn: int) -> list[Link]:
    """Return all links over which a school's predecessors and successors are reached, as either end tells them."""
    rows = await fetch_all(reads, _LINKS, {"urn": urn})
    names = ("predecessor_urn", "successor_urn", "kind", "established_on", "cut")
    return [Link(*(row[name] for name in names)) for row in rows]


_LINK_SOURCES = """
SELECT DISTINCT ON (src.as_at, src.id)
    src.name AS source_name, src.as_at AS source_as_at, src.loaded_at AS source_loaded_at
FROM school_links k JOIN sources src ON src.id = k.source_id
WHERE k.urn = ANY (:urns) AND k.link_urn = ANY (:urns) AND k.predecessor_urn IS NOT NULL
ORDER BY src.as_at DESC, src.id DESC"""


async def link_sources(reads: AsyncConnection, urns: Sequence[int]) -> list[Row]:
    """Return the files that told last of the links between these schools, newest first."""
    return await fetch_all(reads, _LINK_SOURCES, {"urns": list(urns)})


_NAMES = """
SELECT u.urn, coalesce(s.name, e.name, linked.name) AS name, coalesce(s.status, e.status) AS status,
    coalesce(s.open_date, e.open_date) AS open_date, coalesce(s.close_date, e.close_date) AS close_date,
    s.urn IS NOT NULL AS in_register
FROM unnest(CAST(:urns AS integer[])) AS u (urn)
LEFT JOIN schools s ON s.urn = u.urn
LEFT JOIN establishments e ON e.urn = u.urn
LEFT JOIN LATERAL (
    SELECT k.link_name AS name
    FROM school_links k
    WHERE s.urn IS NULL AND k.link_urn = u.urn AND (k.predecessor_urn = u.urn OR k.successor_urn = u.urn)
    LIMIT 1) linked ON true"""


async def names(reads: Reads, urns: Sequence[int]) -> dict[int, Row]:
    """Return what is known of these schools by URN: of one off the roll, what the register or its links say."""
    return {row["urn"]: row for row in await fetch_all(reads, _NAMES, {"urns": list(urns)})}
