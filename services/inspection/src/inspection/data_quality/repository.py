"""The SQL of data quality: each rule is one statement over the whole register, and finds the rows that break it."""

# ruff: noqa: S608 - statements are put together from fixed fragments; every value is bound

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from inspection.inspections.standing_sql import VISIBLE
from inspection.rows import Parameters, Row, fetch_all, stream_all
from inspection.schools.listing_sql import SOURCE_ID
from inspection.schools.stays_sql import HELD_NOW, told_otherwise

Position = tuple[int, str]

_SOURCE = "src.name AS source_name, src.as_at AS source_as_at, src.loaded_at AS source_loaded_at"
_NO_INSPECTION = "CAST(NULL AS uuid) AS inspection_id, CAST(NULL AS text) AS number"
_OPEN = "s.status = ANY (:open_statuses)"


def _school(condition: str, value: str = "CAST(NULL AS text)") -> str:
    return f"""
SELECT s.urn, s.name, s.region, s.la_code, {_NO_INSPECTION}, '' AS ref, {value} AS value, {_SOURCE}
FROM schools s JOIN sources src ON src.id = {SOURCE_ID}
WHERE {condition}"""


def _inspection(condition: str, value: str) -> str:
    return f"""
SELECT s.urn, s.name, s.region, s.la_code, i.id AS inspection_id, i.number, i.id::text AS ref, {value} AS value,
    coalesce(src.name, 'inspection-publication') AS source_name, coalesce(src.as_at, i.published_on) AS source_as_at,
    src.loaded_at AS source_loaded_at
FROM inspections i JOIN schools s ON s.urn = i.urn LEFT JOIN sources src ON src.id = i.source_id
WHERE {VISIBLE} AND {condition}"""


_LINK_CUT = f"""
SELECT k.urn, s.name, s.region, s.la_code, {_NO_INSPECTION}, k.link_urn || '/' || k.kind AS ref,
    k.predecessor_urn || ' to ' || k.successor_urn AS value, {_SOURCE}
FROM school_links k LEFT JOIN schools s ON s.urn = k.urn JOIN sources src ON src.id = k.source_id
WHERE k.cut"""

_JOINING_DATE_ASSUMED = f"""
SELECT s.urn, s.name, s.region, s.la_code, {_NO_INSPECTION}, m.id::text AS ref,
    m.trust_uid || ' from ' || m.joined_on AS value, {_SOURCE}
FROM memberships m JOIN schools s ON s.urn = m.urn JOIN sources src ON src.id = m.source_id
WHERE m.assumed AND {HELD_NOW}"""

_TRUST_CLOSED = f"""
SELECT s.urn, s.name, s.region, s.la_code, {_NO_INSPECTION}, g.uid AS ref, g.uid || ' ' || g.status AS value, {_SOURCE}
FROM schools s JOIN school_groups g ON g.uid = s.trust_uid JOIN sources src ON src.id = g.source_id
WHERE {_OPEN} AND g.status <> ALL (:open_statuses)"""

_TOLD, _DISAGREE = told_otherwise("current_date")
_TRUSTS_DISAGREE = f"""
SELECT s.urn, s.name, s.region, s.la_code, {_NO_INSPECTION}, m.id::text AS ref,
    concat(coalesce(s.trust_uid, 'none'), ' (', word.name, ' of ', word.as_at, '), ',
        coalesce(told.uid || ' since ' || m.joined_on, 'none since ' || m.left_on),
        ' (', src.name, ' of ', src.as_at, ')') AS value, {_SOURCE}
FROM {_TOLD}
JOIN sources src ON src.id = m.source_id
JOIN sources word ON word.id = {SOURCE_ID}
WHERE {_DISAGREE}"""

_SHARES_LAESTAB = f"""{_OPEN} AND EXISTS (
    SELECT FROM (
        SELECT laestab FROM schools WHERE status = ANY (:open_statuses)
        GROUP BY laestab HAVING count(*) > 1) shared
    WHERE shared.laestab = s.laestab)"""

_GRADED_TWICE = """i.kind = 'graded' AND EXISTS (
    SELECT FROM inspections other
    WHERE other.urn = i.urn AND other.kind = 'graded' AND other.starts_on = i.starts_on AND other.id <> i.id)"""

_NOT_INSPECTED = f"""{_OPEN} AND NOT EXISTS (
    SELECT FROM inspections i WHERE i.urn = s.urn AND i.evidence AND i.kind = 'graded' AND {VISIBLE})"""

_FINDINGS: Final[Mapping[str, str]] = {
    "laestab_shared": _school(_SHARES_LAESTAB, "s.laestab"),
    "postcode_malformed": _school("s.postcode !~ '^[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][A-Z]{2}$'", "s.postcode"),
    "missing_from_newer_file": _school("s.missing_since IS NOT NULL", "s.missing_since::text"),
    "academy_without_trust": _school(f"{_OPEN} AND s.rb_kind = 'trust' AND s.rb_id IS NULL", "s.rb_reason"),
    "trust_closed": _TRUST_CLOSED,
    "trusts_disagree": _TRUSTS_DISAGREE,
    "closed_before_opened": _school("s.close_date < s.open_date", "s.close_date || ' before ' || s.open_date"),
    "ages_out_of_order": _school("s.high_age < s.low_age", "s.low_age || ' to ' || s.high_age"),
    "laestab_prefix": _school("left(s.laestab, 3) <> s.la_code", "s.laestab || ' in ' || s.la_code"),
    "link_cut": _LINK_CUT,
    "inspected_before_opening": _inspection(
        "i.urn_at_inspection = s.urn AND i.starts_on < s.open_date", "i.starts_on || ' before ' || s.open_date"
    ),
    "inspected_after_closing": _inspection(
        "i.urn_at_inspection = s.urn AND i.starts_on > s.close_date AND (s.close_date < s.open_date) IS NOT TRUE",
        "i.starts_on || ' after ' || s.close_date",
    ),
    "graded_twice_on_a_day": _inspection(_GRADED_TWICE, "i.starts_on::text"),
    "relates_assumed": _inspection("i.relates_assumed", "i.relates_to_current_urn::text"),
    "joining_date_assumed": _JOINING_DATE_ASSUMED,
    "location_unknown": _school(
        f"{_OPEN} AND NOT EXISTS (SELECT FROM school_locations l WHERE l.urn = s.urn)", "s.postcode"
    ),
    "pupils_unknown": _school(f"{_OPEN} AND s.pupils IS NULL"),
    "deprivation_unknown": _school(f"{_OPEN} AND s.idaci_quintile IS NULL"),
    "open_date_unknown": _school(f"{_OPEN} AND s.open_date IS NULL"),
    "not_inspected": _school(_NOT_INSPECTED),
}

# what imports and publications warned of is stored with the inspection, by the same code; `<> '{}'` is for the index
_WARNED = _inspection("i.warnings <> '{}' AND :rule = ANY (i.warnings)", "CAST(NULL AS text)")


@dataclass(frozen=True, slots=True)
class FindingFilters:
    """What a report is narrowed by, apart from its rules; None leaves a filter out."""

    open_statuses: Sequence[str]
    source: str | None = None
    urn: int | None = None
    region: str | None = None
    la: str | None = None


def _findings(rule: str, filters: FindingFilters, after: Position | None) -> tuple[str, Parameters]:
    conditions = {
        "source_name = :source": filters.source,
        "urn = :urn": filters.urn,
        "region = :region": filters.region,
        "la_code = :la": filters.la,
    }
    clauses = [clause for clause, value in conditions.items() if value is not None]
    parameters: Parameters = {"source": filters.source, "urn": filters.urn, "region": filters.region, "la": filters.la}
    parameters |= {"rule": rule, "open_statuses": list(filters.open_statuses)}
    if after is not None:
        clauses.append("(urn, ref) > (:after_urn, :after_ref)")
        parameters |= {"after_urn": after[0], "after_ref": after[1]}
    where = f"WHERE {' AND '.join(clauses)}" if clauses else ""
    return f"SELECT * FROM ({_FINDINGS.get(rule, _WARNED)}) found {where}", parameters


async def page(
    reads: AsyncConnection, rule: str, filters: FindingFilters, *, after: Position | None, limit: int
) -> list[Row]:
    """Return up to `limit` findings of a rule by URN, after a position (URN, ref)."""
    sql, parameters = _findings(rule, filters, after)
    return await fetch_all(reads, f"{sql} ORDER BY urn, ref LIMIT :limit", {**parameters, "limit": limit})


def stream(session: AsyncSession, rule: str, filters: FindingFilters) -> AsyncIterator[Row]:
    """Yield all findings of a rule by URN."""
    sql, parameters = _findings(rule, filters, None)
    return stream_all(session, f"{sql} ORDER BY urn, ref", parameters)


async def counts(reads: AsyncConnection, rules: Sequence[str], filters: FindingFilters) -> list[Row]:
    """Count the findings and the schools they are about, by rule and source."""
    parts: list[str] = []
    parameters: Parameters = {}
    for number, rule in enumerate(rules):
        sql, values = _findings(rule, filters, None)
        parts.append(
            f"SELECT CAST(:rule_{number} AS text) AS rule, source_name, count(*) AS findings,"
            f" count(DISTINCT urn) AS schools FROM ({sql.replace(':rule ', f':rule_{number} ')}) counted"
            " GROUP BY source_name"
        )
        parameters |= {**values, f"rule_{number}": rule}
    return await fetch_all(reads, " UNION ALL ".join(parts), parameters)
