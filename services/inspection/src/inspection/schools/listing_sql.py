"""The statement of a list of schools: what narrows it, and what it is ordered by."""

# ruff: noqa: S608 - statements are put together from fixed fragments; every value is bound

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from inspection.domain.names import fold
from inspection.domain.postcodes import Place, Postcode
from inspection.names.repository import Match, name_search
from inspection.rows import Parameters
from inspection.schools.history_sql import HAS_REPORT_CARD, REPORT_CARD_THEN, SOURCE_THEN, schools_then

KM_IN_A_DEGREE: Final = 111.0  # of latitude, a little less than anywhere, so that a box never cuts off

SCHOOL_COLUMNS = """
    s.urn, s.laestab, s.ukprn, s.name, s.phase, s.type_code, s.status, s.region, s.la_code, s.rb_kind, s.rb_id,
    s.rb_reason, s.trust_uid, g.name AS trust_name, g.kind AS trust_kind, s.pupils, s.idaci_quintile, s.low_age,
    s.high_age, s.sixth_form, s.sixth_form_reason, s.religious_character, s.open_date, s.close_date, s.postcode,
    s.report_url, s.missing_since, s.capacity, s.urban_rural, s.sponsor, s.federation_uid, s.federation, s.known_since,
    l.lat, l.lng,
    src.name AS source_name, src.as_at AS source_as_at, src.loaded_at AS source_loaded_at"""

SOURCE_ID = "coalesce(s.register_source_id, s.source_id)"
SCHOOL_TABLES = f"""
    FROM schools s
    JOIN sources src ON src.id = {SOURCE_ID}
    LEFT JOIN school_groups g ON g.uid = s.trust_uid
    LEFT JOIN school_locations l ON l.urn = s.urn"""


def tables_then(*, one: bool = False) -> str:
    """Return the tables of schools as they were on :as_of; with `one`, of :urn alone."""
    return SCHOOL_TABLES.replace("FROM schools s", f"FROM {schools_then(one=one)} s").replace(SOURCE_ID, SOURCE_THEN)


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


def where(filters: SchoolFilters) -> tuple[list[str], Parameters]:
    """Return the conditions on schools `s` and their locations `l`."""
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


def schools_of(filters: SchoolFilters) -> str:
    """Return the schools that are listed from, as a table: those of now, or of the date that is asked for."""
    return "schools" if filters.as_of is None else schools_then()


def _tables(filters: SchoolFilters) -> str:
    return SCHOOL_TABLES if filters.as_of is None else tables_then()


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


def listing(filters: SchoolFilters) -> tuple[str, Parameters]:
    """Return the statement of all schools of a list in its order."""
    clauses, parameters = where(filters)
    rank, values = _ranking(filters)
    columns = f"{SCHOOL_COLUMNS}, {_has_report_card(filters)} AS has_report_card, {rank or 0} AS rank"
    order = "ORDER BY rank, s.urn" if rank else "ORDER BY s.urn"
    return statement(f"SELECT {columns} {_tables(filters)}", clauses, order), {**parameters, **values}


def page_listing(filters: SchoolFilters, after: Position | None, limit: int) -> tuple[str, Parameters]:
    """Return the statement of a page of a list, after a position (rank, URN).

    Which schools are on it comes first, then what belongs to them: thousands may match. The length stands in the text
    since the plan goes by it.
    """
    clauses, parameters = where(filters)
    rank, values = _ranking(filters)
    if after is not None:
        clauses.append(f"({rank}, s.urn) > (:after_rank, :after_urn)" if rank else "s.urn > :after_urn")
        parameters |= {"after_rank": after[0], "after_urn": after[1]} if rank else {"after_urn": after[1]}
    order = f"ORDER BY {'rank, ' if rank else ''}s.urn LIMIT {int(limit)}"
    columns = f"{SCHOOL_COLUMNS}, {_has_report_card(filters)} AS has_report_card"
    if filters.as_of is not None:
        sql = statement(f"SELECT {columns}, {rank or 0} AS rank {_tables(filters)}", clauses, order)
        return sql, {**parameters, **values}
    tables = "schools s LEFT JOIN school_locations l ON l.urn = s.urn"
    found = statement(f"SELECT s.urn, {rank or 0} AS rank FROM {tables}", clauses, order)
    sql = f"SELECT {columns}, found.rank {SCHOOL_TABLES} JOIN ({found}) found ON found.urn = s.urn"
    return f"{sql} ORDER BY found.rank, s.urn", {**parameters, **values}


def statement(select: str, clauses: Iterable[str], tail: str = "") -> str:
    """Return a statement narrowed by all of the clauses."""
    conditions = " AND ".join(clauses)
    return f"{select} {f'WHERE {conditions}' if conditions else ''} {tail}"
