"""The SQL of re-assessment: marks made with a change, and taken by the worker."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.hot_reads import HotReads
from triage.policies import repository as policies
from triage.runs.standing_sql import CURRENT, HELD_COLUMNS, HELD_TABLES, HeldSchool, driver_of, held

BATCH: Final = 500
"""Schools assessed in one transaction, at most."""

_MARK = text(
    """
    INSERT INTO schools_to_assess (scheme, urn, cause)
    SELECT scheme.name, school.urn, 'facts'
    FROM unnest(CAST(:urns AS bigint[])) AS school (urn), (SELECT DISTINCT scheme FROM policy_versions) AS scheme (name)
    ORDER BY scheme.name, school.urn
    """
)
_WAITING: Final = """
    SELECT scheme, CAST(extract(epoch FROM clock_timestamp() - min(marked_at)) AS double precision) AS seconds
    FROM schools_to_assess GROUP BY scheme ORDER BY scheme
"""
_NATIONAL = text(
    """
    SELECT EXISTS (
        SELECT 1 FROM assessment_runs
        WHERE scheme = :scheme AND series = 'current' AND scope = '{}' AND counts IS NOT NULL
    )
    """
)
_ANY_LIVE = text(
    """
    SELECT EXISTS (
        SELECT 1 FROM assessments WHERE scheme = :scheme AND series = 'current' AND superseded_at IS NULL
    )
    """
)
_DROP = text("DELETE FROM schools_to_assess WHERE scheme = :scheme")
_TAKE = text(
    """
    WITH first AS (SELECT id FROM schools_to_assess WHERE scheme = :scheme ORDER BY id LIMIT :batch),
         taken AS (DELETE FROM schools_to_assess AS mark USING first WHERE mark.id = first.id
                   RETURNING mark.urn, mark.cause)
    SELECT urn, min(cause) AS cause FROM (
        SELECT urn, CASE cause WHEN 'facts' THEN '1 facts' WHEN 'policy' THEN '2 policy' ELSE '3 day' END AS cause
        FROM taken
    ) AS ranked GROUP BY urn
    """
)
_SCHOOLS = f"""
    SELECT {HELD_COLUMNS} FROM {HELD_TABLES}
    WHERE school.urn = ANY (%(urns)s) AND (%(national)s OR live.id IS NOT NULL) ORDER BY school.urn
"""  # noqa: S608 - made of constants
_OPEN_DAY = text(
    """
    INSERT INTO scheme_days (scheme, version, day)
    SELECT :scheme, coalesce(latest.policy_version, :version), coalesce(latest.as_of, :on)
    FROM (SELECT 1) AS one LEFT JOIN (
        SELECT policy_version, as_of FROM assessments
        WHERE scheme = :scheme AND series = 'current' AND superseded_at IS NULL ORDER BY as_of DESC, id DESC LIMIT 1
    ) AS latest ON true
    ON CONFLICT (scheme) DO NOTHING
    """
)
_DAYS = text("SELECT scheme, version, day FROM scheme_days")
_DAY = text("SELECT version, day FROM scheme_days WHERE scheme = :scheme FOR UPDATE")
_MOVE_DAY = text("UPDATE scheme_days SET version = :version, day = :on, changed_at = now() WHERE scheme = :scheme")
_MARK_VERSION = text(
    """
    INSERT INTO schools_to_assess (scheme, urn, cause)
    SELECT scheme, urn, 'policy' FROM assessments
    WHERE scheme = :scheme AND series = 'current' AND superseded_at IS NULL AND policy_version <> :version
    ORDER BY urn
    """
)
_MARK_DAYS = text(
    """
    INSERT INTO schools_to_assess (scheme, urn, cause)
    SELECT DISTINCT :scheme, school.urn, 'day'
    FROM school_facts AS school, jsonb_array_elements(school.facts -> 'inspections') AS inspection
    WHERE CAST(coalesce(inspection ->> 'published_on', inspection ->> 'starts_on') AS date) > :after
      AND CAST(coalesce(inspection ->> 'published_on', inspection ->> 'starts_on') AS date) <= :on
    """
)
# the copy may have followed a school to another body after the assessment was written from the older one
_FOLLOW = text(
    """
    UPDATE assessments AS made
    SET tenancy_orgs = triage_orgs(made.audience, school.body_org, school.urn), tenancy_region = school.region
    FROM school_facts AS school
    WHERE school.urn = made.urn AND made.urn = ANY (:urns)
      AND (made.tenancy_region IS DISTINCT FROM school.region
           OR made.tenancy_orgs IS DISTINCT FROM triage_orgs(made.audience, school.body_org, school.urn))
    """
)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a scheme stands on a day: its version in force, and whether all England is assessed under it."""

    version: int
    national: bool


async def mark(session: AsyncSession, urns: Sequence[int]) -> None:
    """Note, in the transaction of the change, that the evidence of these schools changed."""
    if urns:
        await session.execute(_MARK, {"urns": list(urns)})


async def waiting(polls: HotReads) -> dict[str, float]:
    """Return the schemes under which schools wait to be assessed, and for how many seconds the first of them has."""
    return {row["scheme"]: row["seconds"] for row in (await polls.fetch(_WAITING)).decoded}


def standing(connection: Connection, scheme: str, on: date) -> Standing | None:
    """Return how a scheme stands; None where no version is in force, or no school was ever assessed under it."""
    version = policies.version_in_force(connection, scheme, on)
    if version is None:
        return None
    national = bool(connection.execute(_NATIONAL, {"scheme": scheme}).scalar_one())
    if not national and not connection.execute(_ANY_LIVE, {"scheme": scheme}).scalar_one():
        return None
    return Standing(version, national)


def drop(connection: Connection, scheme: str) -> None:
    """Forget all marks of a scheme that nobody assesses under."""
    connection.execute(_DROP, {"scheme": scheme})


def take(connection: Connection, scheme: str) -> dict[int, str]:
    """Take up to BATCH marks: the schools, each with the strongest cause it was marked for."""
    rows = connection.execute(_TAKE, {"scheme": scheme, "batch": BATCH})
    return {row.urn: row.cause.split()[1] for row in rows}


def schools(connection: Connection, scheme: str, urns: Sequence[int], *, national: bool) -> list[HeldSchool]:
    """Return these schools with what stands for them; those never assessed only where all England is."""
    values = {"scheme": scheme, "series": CURRENT, "urns": list(urns), "national": national}
    with driver_of(connection).cursor() as cursor:
        return [held(row) for row in cursor.execute(_SCHOOLS.encode(), values)]


def follow_bodies(connection: Connection, urns: Sequence[int]) -> None:
    """See to it that the assessments of these schools are open to the bodies that the copy names, and to no others."""
    connection.execute(_FOLLOW, {"urns": list(urns)})


def to_turn(connection: Connection, on: date) -> list[str]:
    """Return the schemes that do not stand on this day and on the version that is in force on it."""
    stands = {row.scheme: row for row in connection.execute(_DAYS)}
    in_force = policies.versions_in_force(connection, on)
    return [name for name, version in in_force.items() if name not in stands or _turns(stands[name], version, on)]


def _turns(stands: Row[Any], version: int, on: date) -> bool:
    return bool(stands.day < on or (stands.day == on and stands.version != version))


def turn_day(connection: Connection, scheme: str, on: date) -> int | None:
    """Bring a scheme to a day: mark what the version in force and the evidence that counts from now on touch.

    Returns how many schools were marked, None where the scheme stands there already. The day and the marks commit
    together, so that of several workers one marks.
    """
    version = policies.version_in_force(connection, scheme, on)
    if version is None:
        return None
    values = {"scheme": scheme, "version": version, "on": on}
    connection.execute(_OPEN_DAY, values)
    stands = connection.execute(_DAY, values).one()
    if not _turns(stands, version, on):
        return None
    marked = 0
    if stands.version != version:
        marked += connection.execute(_MARK_VERSION, values).rowcount
    if stands.day < on:
        marked += connection.execute(_MARK_DAYS, {**values, "after": stands.day}).rowcount
    connection.execute(_MOVE_DAY, values)
    return marked
