"""All SQL that rounds and candidates read their needs and leaders with, for transactions of either kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from brokering.needs.waiting_sql import WAITING

_NEEDS = """
    SELECT need.id, need.subject_kind, need.subject_id, need.subject_name, need.areas, need.priority, need.state,
        need.tenancy_region, need.party_orgs, need.tenancy_orgs,
        school.phase, school.type_code, school.lat, school.lng, school.pupils, school.idaci_quintile,
        school.responsible_body_kind, school.responsible_body_id, school.responsible_body_name, school.la_name, {asks}
    FROM {needs}
    LEFT JOIN schools AS school ON need.subject_kind = 'school' AND school.urn = need.subject_id::int
"""
NEEDS_OF_ROUND = text(
    _NEEDS.format(
        needs=f"({WAITING}) AS waits JOIN needs AS need ON need.id = waits.need_id",
        asks="waits.half_days, waits.part",
    )
    + " WHERE (need.state = ANY (CAST(:states AS text[])) OR waits.part IS NOT NULL)"
    " AND (need.tenancy_region = ANY (CAST(:regions AS text[])) OR (:everywhere AND need.tenancy_region IS NULL))"
)
ONE_NEED = text(
    _NEEDS.format(needs="needs AS need", asks="(need.days * 2)::int AS half_days, NULL AS part")
    + " WHERE need.id = :need_id"
)
TRUST_PLACES = text(
    """
    SELECT trust_uid, avg(lat) AS lat, avg(lng) AS lng FROM schools
    WHERE trust_uid = ANY (CAST(:uids AS text[])) AND lat IS NOT NULL GROUP BY trust_uid
    """
)
LEADERS = text(
    """
    SELECT leader.id, leader.reference, leader.role, leader.organisation_kind, leader.organisation_id,
        leader.organisation_name, leader.base_urn, leader.region, leader.lat, leader.lng, leader.phases,
        leader.strengths, leader.school_types, leader.schools_turned_round, leader.days_available,
        leader.max_concurrent, leader.max_distance_km, leader.remote,
        leader.tenancy_orgs, coalesce(account.committed_days, 0) AS committed_days,
        coalesce(account.open_deployments, 0) AS open_deployments,
        base.responsible_body_kind AS base_kind, base.responsible_body_id AS base_id,
        base.responsible_body_name AS base_name, base.pupils, base.idaci_quintile
    FROM leaders AS leader
    LEFT JOIN leader_accounts AS account ON account.leader_id = leader.id
    LEFT JOIN LATERAL (SELECT * FROM schools WHERE urn = leader.base_urn LIMIT 1) AS base ON true
    """
)
DESIGNATIONS = text("SELECT leader_id, status, valid_from, valid_to FROM leader_designations")
INTERESTS = text("SELECT leader_id, kind, subject_kind, subject_id, ends_on FROM leader_interests")
AVAILABILITY = text(
    """
    SELECT leader_id, sum(days) FILTER (WHERE starts_on <= :ends_on AND ends_on >= :starts_on) AS days
    FROM leader_availability GROUP BY leader_id
    """
)
CONCERNS = text(
    """
    WITH judged AS (
        SELECT urn, max(category_of_concern) AS category_of_concern FROM school_assessments
        WHERE category_of_concern IS NOT NULL OR 'stuck' = ANY (flags) GROUP BY urn
    ), concerned AS (
        SELECT urn FROM judged UNION SELECT urn FROM schools WHERE category_of_concern IS NOT NULL
    )
    SELECT school.urn, school.name, school.trust_uid, school.responsible_body_kind, school.responsible_body_id,
        school.responsible_body_name,
        coalesce(school.category_of_concern, judged.category_of_concern, 'stuck') AS what
    FROM schools AS school LEFT JOIN judged USING (urn)
    WHERE school.urn = ANY (ARRAY(SELECT urn FROM concerned))
        AND coalesce(school.status, 'open') NOT IN ('closed', 'proposed_to_open')
    ORDER BY school.urn
    """
)
TRUST_CONTEXTS = text(
    """
    SELECT trust_uid, avg(pupils)::int AS pupils, round(avg(idaci_quintile))::int AS idaci_quintile
    FROM schools
    WHERE trust_uid = ANY (ARRAY(SELECT organisation_id FROM leaders WHERE organisation_kind = 'trust'))
    GROUP BY trust_uid
    """
)
SUPPORTED_BEFORE = text("SELECT DISTINCT leader_id, subject_kind, subject_id FROM offers WHERE state = 'approved'")
EVIDENCE = text("SELECT leader_id, area, what, dated_on, source FROM leader_strength_evidence")
RECHECKS = text(
    "SELECT leader_id, school_name, inspected_on, findings FROM designation_rechecks WHERE state = 'waiting'"
    " ORDER BY inspected_on DESC, urn"
)
STANDING_PROPOSALS = text(
    """
    SELECT need_id, leader_id FROM proposals
    WHERE state = 'proposed' AND need_id = ANY (CAST(:needs AS uuid[]))
    """
)


@dataclass(frozen=True, slots=True)
class RosterRows:
    """All rows that leaders are made from."""

    leaders: Sequence[RowMapping]
    designations: Sequence[RowMapping]
    interests: Sequence[RowMapping]
    availability: Sequence[RowMapping]
    concerns: Sequence[RowMapping]
    contexts: Sequence[RowMapping]
    supported: Sequence[RowMapping]
    evidence: Sequence[RowMapping]
    rechecks: Sequence[RowMapping]


ROSTER = (
    LEADERS,
    DESIGNATIONS,
    INTERESTS,
    AVAILABILITY,
    CONCERNS,
    TRUST_CONTEXTS,
    SUPPORTED_BEFORE,
    EVIDENCE,
    RECHECKS,
)


def rows(connection: Connection, statement: TextClause, values: Mapping[str, Any] | None = None) -> list[RowMapping]:
    """Run one of the statements above in a blocking transaction."""
    return list(connection.execute(statement, dict(values or {})).mappings())


def roster_rows(connection: Connection, window: Mapping[str, Any]) -> RosterRows:
    """Read the roster in a blocking transaction; `window` has `starts_on` and `ends_on`."""
    return RosterRows(*[rows(connection, each, window if each is AVAILABILITY else None) for each in ROSTER])


async def async_rows(
    session: AsyncSession, statement: TextClause, values: Mapping[str, Any] | None = None
) -> list[RowMapping]:
    """Run one of the statements above in a request's transaction."""
    return list((await session.execute(statement, dict(values or {}))).mappings())


async def async_roster_rows(session: AsyncSession, window: Mapping[str, Any]) -> RosterRows:
    """Read the roster in a request's transaction; `window` has `starts_on` and `ends_on`."""
    return RosterRows(*[await async_rows(session, each, window if each is AVAILABILITY else None) for each in ROSTER])
