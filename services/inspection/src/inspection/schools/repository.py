"""The SQL of the register."""

# ruff: noqa: S608 - statements are put together from fixed fragments; every value is bound

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from inspection.domain.lineage import Link
from inspection.domain.names import fold
from inspection.domain.postcodes import Place, Postcode
from inspection.domain.register import DERIVED
from inspection.names.repository import Match, name_search
from inspection.rows import Parameters, Row, fetch_all, fetch_count, fetch_first, stream_all
from inspection.schools.history_sql import HAS_REPORT_CARD, REPORT_CARD_THEN, SOURCE_THEN, schools_then
from shared.db.hot_reads import HotReads, HotRows

KM_IN_A_DEGREE: Final = 111.0  # of latitude, a little less than anywhere, so that a box never cuts off

SCHOOL_COLUMNS = """
    s.urn, s.laestab, s.ukprn, s.name, s.phase, s.type_code, s.status, s.region, s.la_code, s.rb_kind, s.rb_id,
    s.rb_reason, s.trust_uid, g.name AS trust_name, g.kind AS trust_kind, s.pupils, s.idaci_quintile, s.low_age,
    s.high_age, s.sixth_form, s.sixth_form_reason, s.religious_character, s.open_date, s.close_date, s.postcode,
    s.report_url, s.missing_since, s.capacity, s.urban_rural, s.sponsor, s.federation_uid, s.federation, s.known_since,
    l.lat, l.lng,
    src.name AS source_name, src.as_at AS source_as_at, src.loaded_at AS source_loaded_at"""

_SOURCE = "coalesce(s.register_source_id, s.source_id)"
SCHOOL_TABLES = f"""
    FROM schools s
    JOIN sources src ON src.id = {_SOURCE}
    LEFT JOIN school_groups g ON g.uid = s.trust_uid
    LEFT JOIN school_locations l ON l.urn = s.urn"""

_SELECT_THEN = f"SELECT {SCHOOL_COLUMNS}, {REPORT_CARD_THEN} AS has_report_card " + SCHOOL_TABLES.replace(
    "FROM schools s", f"FROM {schools_then(one=True)} s"
).replace(_SOURCE, SOURCE_THEN)

_SELECT = f"SELECT {SCHOOL_COLUMNS}, {HAS_REPORT_CARD} AS has_report_card {SCHOOL_TABLES}"

# haversine over the mean radius of the Earth, in whole metres; a school without a location comes last of all
_METRES = """coalesce(round(2 * 6371008.8 * asin(least(1, sqrt(
    sin(radians(l.lat - :lat) / 2) ^ 2
    + cos(radians(:lat)) * cos(radians(l.lat)) * sin(radians(l.lng - :lng) / 2) ^ 2))))::integer, 2147483647)"""
# per mille, as a whole number: it stands in cursors
_UNLIKENESS = "(1000 - round(1000 * similarity(s.name_folded, :folded)))::integer"

Position = tuple[int, int]


@dataclass(frozen=True, slots=True)
class SchoolFilters:
    """What a list of schools is narrowed by; None leaves a filter out. `place` is where `near` is, once located.

    `match`: names hold every word of `q` as it is typed, or but for a typing error in each.
    """

    q: str | None = None
    region: str | None = None
    la: str | None = None
    trust: str | None = None
    phase: str | None = None
    status: str | None = None
    has_report_card: bool | None = None
    as_of: date | None = None
    near: Postcode | None = None
    within_km: float | None = None
    place: Place | None = None
    match: Match = "exact"


def _where(filters: SchoolFilters) -> tuple[list[str], Parameters]:
    equal = {
        "region": filters.region,
        "la_code": filters.la,
        "trust_uid": filters.trust,
        "phase": filters.phase,
        "status": filters.status,
    }
    parameters: Parameters = {column: value for column, value in equal.items() if value is not None}
    clauses = [f"s.{column} = :{column}" for column in parameters]
    if filters.has_report_card is not None:
        clauses.append(f"{'' if filters.has_report_card else 'NOT '}{_has_report_card(filters)}")
    if filters.as_of is not None:
        parameters["as_of"] = filters.as_of
    for clause, values in (_by_name(filters), _by_place(filters)):
        clauses += clause
        parameters |= values
    return clauses, parameters


def _has_report_card(filters: SchoolFilters) -> str:
    return HAS_REPORT_CARD if filters.as_of is None else REPORT_CARD_THEN


def _schools(filters: SchoolFilters) -> str:
    return "schools" if filters.as_of is None else schools_then()


def _tables(filters: SchoolFilters) -> str:
    if filters.as_of is None:
        return SCHOOL_TABLES
    return SCHOOL_TABLES.replace("FROM schools s", f"FROM {schools_then()} s").replace(_SOURCE, SOURCE_THEN)


def _by_name(filters: SchoolFilters) -> tuple[list[str], Parameters]:
    if filters.q is None:
        return [], {}
    clause, parameters = name_search(filters.q, "s.name_folded", filters.match)
    identifier = filters.q.replace("/", "").strip()
    if identifier.isascii() and identifier.isdigit():
        clause = f"({clause} OR s.urn::text = :identifier OR s.laestab = :identifier OR s.ukprn = :identifier)"
        parameters["identifier"] = identifier
    return [clause], parameters


def _by_place(filters: SchoolFilters) -> tuple[list[str], Parameters]:
    if filters.place is None or filters.within_km is None:
        return [], {}
    # the box lets an index work, the distance decides
    box = "l.lat BETWEEN :lat - :degrees AND :lat + :degrees"
    parameters = {
        "lat": filters.place.lat,
        "lng": filters.place.lng,
        "degrees": filters.within_km / KM_IN_A_DEGREE,
        "metres": filters.within_km * 1000,
    }
    return [box, f"{_METRES} <= :metres"], parameters


def _ranking(filters: SchoolFilters) -> tuple[str | None, Parameters]:
    """Return what a list is ordered by before the URN, if it is: the distance, or how unlike the name is to `q`."""
    if filters.place is not None:
        return _METRES, {"lat": filters.place.lat, "lng": filters.place.lng}
    if filters.q is not None:
        return _UNLIKENESS, {"folded": fold(filters.q)}
    return None, {}


def _listing(filters: SchoolFilters, after: Position | None = None, tail: str = "") -> tuple[str, Parameters]:
    clauses, parameters = _where(filters)
    rank, values = _ranking(filters)
    if after is not None:
        clauses.append(f"({rank}, s.urn) > (:after_rank, :after_urn)" if rank else "s.urn > :after_urn")
        parameters |= {"after_rank": after[0], "after_urn": after[1]} if rank else {"after_urn": after[1]}
    columns = f"{SCHOOL_COLUMNS}, {_has_report_card(filters)} AS has_report_card, {rank or 0} AS rank"
    order = "ORDER BY rank, s.urn" if rank else "ORDER BY s.urn"
    return _sql(f"SELECT {columns} {_tables(filters)}", clauses, f"{order} {tail}"), {**parameters, **values}


def _sql(select: str, clauses: Iterable[str], tail: str = "") -> str:
    conditions = " AND ".join(clauses)
    return f"{select} {f'WHERE {conditions}' if conditions else ''} {tail}"


async def page(reads: AsyncConnection, filters: SchoolFilters, *, after: Position | None, limit: int) -> list[Row]:
    """Return up to `limit` schools after a position (rank, URN): nearest first, or likest to `q`, or just by URN."""
    sql, parameters = _listing(filters, after, "LIMIT :limit")
    return await fetch_all(reads, sql, {**parameters, "limit": limit})


# the page first, then for each of its rows what belongs to it; the length stands in the text since the plan goes by it
_PLAIN_PAGE = f"""
SELECT {SCHOOL_COLUMNS}, {HAS_REPORT_CARD} AS has_report_card
FROM (SELECT * FROM schools WHERE urn > $1 ORDER BY urn LIMIT {{limit}}) s
JOIN sources src ON src.id = {_SOURCE}
LEFT JOIN LATERAL (SELECT name, kind FROM school_groups WHERE uid = s.trust_uid LIMIT 1) g ON true
LEFT JOIN LATERAL (SELECT lat, lng FROM school_locations WHERE urn = s.urn LIMIT 1) l ON true
ORDER BY s.urn"""


async def plain_page(hot_reads: HotReads, *, after: int, limit: int) -> HotRows:
    """Return up to `limit` schools by URN, whatever they are, after a URN; the first column is the URN."""
    return await hot_reads.fetch(_PLAIN_PAGE.format(limit=int(limit)), [after])


async def count(reads: AsyncConnection, filters: SchoolFilters) -> int:
    """Count the schools that match."""
    clauses, parameters = _where(filters)
    select = f"SELECT count(*) FROM {_schools(filters)} s LEFT JOIN school_locations l ON l.urn = s.urn"
    return await fetch_count(reads, _sql(select, clauses), parameters)


async def any_matches(reads: AsyncConnection, filters: SchoolFilters) -> bool:
    """Tell whether any school matches."""
    clauses, parameters = _where(filters)
    select = f"SELECT 1 FROM {_schools(filters)} s LEFT JOIN school_locations l ON l.urn = s.urn"
    return await fetch_first(reads, _sql(select, clauses, "LIMIT 1"), parameters) is not None


def stream(session: AsyncSession, filters: SchoolFilters) -> AsyncIterator[Row]:
    """Yield all schools that match, in the order of the list."""
    return stream_all(session, *_listing(filters))


async def find(reads: AsyncConnection, urn: int) -> Row | None:
    """Return one school."""
    return await fetch_first(reads, f"{_SELECT} WHERE s.urn = :urn", {"urn": urn})


async def find_then(reads: AsyncConnection, urn: int, as_of: date) -> Row | None:
    """Return one school as it was on a date that is not before it was known."""
    return await fetch_first(reads, _SELECT_THEN, {"urn": urn, "as_of": as_of})


async def known_since(reads: AsyncConnection) -> date | None:
    """Return the date before which nothing is known of any school."""
    row = await fetch_first(reads, "SELECT min(known_since) AS since FROM schools", {})
    return row["since"] if row else None


_AUDIT = """
SELECT c.source_id, min(c.recorded_at) AS at, src.sent_by AS by, src.name AS source_name, src.as_at AS source_as_at,
    src.loaded_at AS source_loaded_at,
    json_agg(json_build_object('field', c.field, 'from', c.before, 'to', c.after) ORDER BY c.field) AS changes
FROM school_changes c JOIN sources src ON src.id = c.source_id
WHERE c.urn = :urn AND c.field <> ALL (:derived) AND (CAST(:after AS integer) IS NULL OR c.source_id < :after)
GROUP BY c.source_id, src.id
ORDER BY c.source_id DESC
LIMIT :limit"""


async def audit(reads: AsyncConnection, urn: int, *, after: int | None, limit: int) -> list[Row]:
    """Return what each load changed of a school, newest first, after the number of a load."""
    parameters = {"urn": urn, "derived": list(DERIVED), "after": after, "limit": limit}
    return await fetch_all(reads, _AUDIT, parameters)


async def count_audit(reads: AsyncConnection, urn: int) -> int:
    """Count the loads that changed a school."""
    sql = "SELECT count(DISTINCT source_id) FROM school_changes WHERE urn = :urn AND field <> ALL (:derived)"
    return await fetch_count(reads, sql, {"urn": urn, "derived": list(DERIVED)})


_LOOKUP = f"""{_SELECT}
WHERE s.urn = ANY (:urns) OR s.laestab = ANY (:laestabs) OR s.ukprn = ANY (:ukprns)
ORDER BY s.urn"""


async def lookup(
    reads: AsyncConnection, urns: Sequence[int], laestabs: Sequence[str], ukprns: Sequence[str]
) -> list[Row]:
    """Return the schools that carry any of these identifiers, by URN."""
    parameters = {"urns": list(urns), "laestabs": list(laestabs), "ukprns": list(ukprns)}
    return await fetch_all(reads, _LOOKUP, parameters)


_LINKS = """
WITH RECURSIVE
    edges AS NOT MATERIALIZED (
        SELECT predecessor_urn, successor_urn, kind, established_on
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


async def links_around(reads: AsyncConnection, urn: int) -> list[Link]:
    """Return all links over which a school's predecessors and successors are reached, as either end tells them."""
    rows = await fetch_all(reads, _LINKS, {"urn": urn})
    return [Link(row["predecessor_urn"], row["successor_urn"], row["kind"], row["established_on"]) for row in rows]


_LINK_SOURCES = """
SELECT DISTINCT ON (src.name) src.name AS source_name, src.as_at AS source_as_at, src.loaded_at AS source_loaded_at
FROM school_links k JOIN sources src ON src.id = k.source_id
WHERE k.urn = ANY (:urns) AND k.predecessor_urn IS NOT NULL
ORDER BY src.name, src.as_at DESC, src.id DESC"""


async def link_sources(reads: AsyncConnection, urns: Sequence[int]) -> list[Row]:
    """Return the newest source of each kind that told of the links between these schools."""
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


async def names(reads: AsyncConnection, urns: Sequence[int]) -> dict[int, Row]:
    """Return what is known of these schools by URN: of one off the roll, what the register or its links say."""
    return {row["urn"]: row for row in await fetch_all(reads, _NAMES, {"urns": list(urns)})}


_MEMBERSHIPS = """
SELECT m.urn, m.trust_uid, g.name AS trust_name, g.kind AS trust_kind, m.joined_on, m.left_on, m.first_seen_on,
    m.assumed,
    src.name AS source_name, src.as_at AS source_as_at, src.loaded_at AS source_loaded_at
FROM memberships m
JOIN school_groups g ON g.uid = m.trust_uid
JOIN sources src ON src.id = m.source_id
WHERE m.urn = :urn
    AND (CAST(:as_of AS date) IS NULL OR m.joined_on <= :as_of AND (m.left_on IS NULL OR m.left_on > :as_of))
ORDER BY m.first_seen_on DESC, m.id DESC"""


async def memberships(reads: AsyncConnection, urn: int, as_of: date | None) -> list[Row]:
    """Return a school's stays in trusts, newest first; with a date, the one that held on it."""
    return await fetch_all(reads, _MEMBERSHIPS, {"urn": urn, "as_of": as_of})
