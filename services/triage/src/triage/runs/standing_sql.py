"""The SQL of what stands: schools with the assessment that stands for each, and new ones put in its place.

Whoever writes to a series holds its lock from before reading the facts until the commit: of two writers the later one
sees what the earlier one left, and each assessment is superseded once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import TupleRow
from sqlalchemy import Connection, text

from shared.ids import new_id
from triage.domain.tiering import Proposal
from triage.runs.results import Stored

CURRENT = "current"
"""The series of the assessments that stand today."""

HELD_COLUMNS = """
    school.urn, school.facts::text, school.follow_up::text, school.evidence_version, school.region, live.id,
    live.policy_version, live.facts_version, live.result_hash, live.result, live.flags, live.action_areas,
    live.category_of_concern, live.warnings
"""
HELD_TABLES = """
    school_facts AS school LEFT JOIN assessments AS live ON live.urn = school.urn AND live.scheme = %(scheme)s
        AND live.series = %(series)s AND live.superseded_at IS NULL
"""
_KEY = "hashtextextended('assess ' || :scheme || ' ' || :series, 0)"
_LOCK = text(f"SELECT pg_advisory_xact_lock({_KEY})")
_TRY_LOCK = text(f"SELECT pg_try_advisory_xact_lock({_KEY})")
_FRESH = """
    CREATE TEMPORARY TABLE IF NOT EXISTS fresh (
        id uuid, urn bigint, result text, flags text[], action_areas text[], category_of_concern text, warnings text[],
        reasons jsonb, counterfactuals jsonb, facts_version text, result_hash text, previous_id uuid, cause text
    ) ON COMMIT DELETE ROWS
"""
_COPY = "COPY fresh FROM STDIN"
_COUNTED = "ANALYZE fresh (urn, previous_id)"
_MANY = 100
"""From so many rows on the planner is told how many there are: it takes wide rows for many, and reads whole tables."""

_SENT = 50
"""Rows that go to the server at a time: it takes them in while the next ones are judged."""

_NULL = "\\N"
_SUPERSEDE = text(
    """
    UPDATE assessments AS old SET superseded_at = now()
    FROM fresh WHERE old.id = fresh.previous_id AND old.superseded_at IS NULL
    """
)
_INSERT = text(
    """
    INSERT INTO assessments (id, urn, scheme, policy_version, as_of, result, flags, action_areas, category_of_concern,
                             warnings, reasons, counterfactuals, facts_version, result_hash, run_id, cause, series,
                             audience, tenancy_orgs, tenancy_region)
    SELECT fresh.id, fresh.urn, :scheme, :policy_version, :as_of, fresh.result, fresh.flags, fresh.action_areas,
           fresh.category_of_concern, fresh.warnings, fresh.reasons, fresh.counterfactuals, fresh.facts_version,
           fresh.result_hash, :run_id, fresh.cause, :series, :audience,
           triage_orgs(:audience, school.body_org, school.urn), school.region
    FROM fresh JOIN school_facts AS school ON school.urn = fresh.urn
    """
)
# another version that says the same of a school is no news of it
_EVENTS = text(
    """
    INSERT INTO outbox (type, subject, data)
    SELECT 'triage.assessment.changed', fresh.urn::text, jsonb_build_object(
        'urn', fresh.urn, 'scheme', CAST(:scheme AS text), 'assessment_id', fresh.id, 'result', fresh.result,
        'flags', fresh.flags, 'action_areas', fresh.action_areas, 'category_of_concern', fresh.category_of_concern,
        'policy_version', CAST(:policy_version AS integer), 'as_of', CAST(:as_of AS date), 'cause', fresh.cause,
        'previous_result', old.result,
        'previous', CASE WHEN old.id IS NOT NULL THEN jsonb_build_object(
            'assessment_id', old.id, 'result', old.result, 'flags', old.flags, 'action_areas', old.action_areas,
            'category_of_concern', old.category_of_concern, 'policy_version', old.policy_version) END)
    FROM fresh LEFT JOIN assessments AS old ON old.id = fresh.previous_id
    WHERE old.id IS NULL OR old.policy_version = :policy_version
       OR (old.result, old.flags, old.action_areas, old.category_of_concern, old.warnings)
          IS DISTINCT FROM (fresh.result, fresh.flags, fresh.action_areas, fresh.category_of_concern, fresh.warnings)
    ORDER BY fresh.urn
    """
)
_CONFIRM = text(
    """
    UPDATE assessments AS standing SET facts_version = confirmed.facts_version
    FROM unnest(CAST(:ids AS uuid[]), CAST(:versions AS text[])) AS confirmed (id, facts_version)
    WHERE standing.id = confirmed.id
    """
)


@dataclass(frozen=True, slots=True)
class Live:
    """The assessment that stands for a school in a series. `outcome` is what it proposes, without the reasons."""

    id: UUID
    policy_version: int
    facts_version: str
    result_hash: str
    outcome: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class HeldSchool:
    """A school to judge: its evidence as JSON, and what stands for it so far."""

    urn: int
    facts: str
    follow_up: str
    evidence_version: str
    region: str | None
    live: Live | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where new assessments go: under which version, of which date, in which series, seen by whom."""

    scheme: str
    policy_version: int
    as_of: date
    series: str
    audience: str
    run_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Fresh:
    """A result to put in the place of what stands for its school, and what led to it."""

    school: HeldSchool
    stored: Stored
    cause: str


def held(row: TupleRow) -> HeldSchool:
    """Read one row of HELD_COLUMNS."""
    urn, facts, follow_up, evidence_version, region, live_id, version, facts_version, result_hash, *outcome = row
    live = None if live_id is None else Live(live_id, version, facts_version, result_hash, tuple(outcome))
    return HeldSchool(urn, facts, follow_up, evidence_version, region, live)


def outcome_of(proposal: Proposal) -> tuple[Any, ...]:
    """What a proposal proposes, in the form of `Live.outcome`."""
    return (
        proposal.result,
        list(proposal.flags),
        list(proposal.action_areas),
        proposal.category_of_concern,
        list(proposal.warnings),
    )


def begin(connection: Connection, scheme: str, series: str) -> None:
    """Wait for any other writer of the series, and make room for the new results."""
    connection.execute(_LOCK, {"scheme": scheme, "series": series})
    connection.exec_driver_sql(_FRESH)


def begin_if_free(connection: Connection, scheme: str, series: str) -> bool:
    """Begin unless another writes to the series at the moment."""
    if not connection.execute(_TRY_LOCK, {"scheme": scheme, "series": series}).scalar_one():
        return False
    connection.exec_driver_sql(_FRESH)
    return True


def driver_of(connection: Connection) -> psycopg.Connection[TupleRow]:
    """The driver's own connection, for COPY and the server-side cursor, in the same transaction."""
    raw = connection.connection.driver_connection
    if not isinstance(raw, psycopg.Connection):
        raise TypeError(type(raw).__name__)
    return raw


def write(driver: psycopg.Connection[TupleRow], results: Iterable[Fresh]) -> int:
    """Copy results that differ from what stands into the temporary table; return how many there were.

    They are taken as they come, while the COPY is under way: nothing that makes them may ask this connection.
    """
    written = 0
    rows = map(_line, results)
    with driver.cursor() as cursor, cursor.copy(_COPY) as copy:
        while lines := list(islice(rows, _SENT)):
            copy.write(b"".join(lines))
            written += len(lines)
    return written


def _line(fresh: Fresh) -> bytes:
    """One row in COPY's text format. Only JSON can hold a backslash; tabs and line ends are escaped in it already."""
    stored, live = fresh.stored, fresh.school.live
    proposal = stored.proposal
    before = (
        str(new_id()),
        str(proposal.urn),
        proposal.result,
        _array(proposal.flags),
        _array(proposal.action_areas),
        proposal.category_of_concern or _NULL,
        _array(proposal.warnings),
    )
    after = (fresh.school.evidence_version, stored.result_hash, str(live.id) if live else _NULL, fresh.cause)
    json = (_escaped(stored.reasons), _escaped(stored.counterfactuals))
    return b"\t".join(("\t".join(before).encode(), *json, "\t".join(after).encode())) + b"\n"


def _escaped(json: bytes) -> bytes:
    return json.replace(b"\\", b"\\\\") if b"\\" in json else json


def _array(codes: Sequence[str]) -> str:
    """Codes are plain words, so their array needs no quoting."""
    return "{" + ",".join(codes) + "}"


def merge(connection: Connection, place: Place, written: int) -> None:
    """Put the new results in the place of those they supersede, and tell of them where they are the current ones."""
    if written == 0:
        return
    if written >= _MANY:
        connection.exec_driver_sql(_COUNTED)
    values = {
        "scheme": place.scheme,
        "policy_version": place.policy_version,
        "as_of": place.as_of,
        "run_id": place.run_id,
        "series": place.series,
        "audience": place.audience,
    }
    connection.execute(_SUPERSEDE)
    connection.execute(_INSERT, values)
    if place.series == CURRENT:
        connection.execute(_EVENTS, values)


def confirm(connection: Connection, confirmed: Sequence[tuple[UUID, str]]) -> None:
    """Note the version of the evidence under which these assessments still stand."""
    if confirmed:
        ids, versions = zip(*confirmed, strict=True)
        connection.execute(_CONFIRM, {"ids": list(ids), "versions": list(versions)})
