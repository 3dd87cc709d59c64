"""All SQL that the feeds' effects need: whole pages of events at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncSession

_SCHOOLS = text(
    """
    INSERT INTO schools (
        urn, name, phase, type_code, type_label, status, region, la_code, la_name, responsible_body_kind,
        responsible_body_id, responsible_body_name, trust_uid, trust_name, pupils, idaci_quintile, lat, lng,
        religious_character, category_of_concern, facts_version, source, loaded_at
    )
    SELECT
        urn, name, phase, type_code, type_label, status, region, la_code, la_name, responsible_body_kind,
        responsible_body_id, responsible_body_name, trust_uid, trust_name, pupils, idaci_quintile, lat, lng,
        religious_character, category_of_concern, facts_version, source, now()
    FROM jsonb_populate_recordset(NULL::schools, CAST(:rows AS jsonb))
    ON CONFLICT (urn) DO UPDATE SET
        name = excluded.name, phase = excluded.phase, type_code = excluded.type_code,
        type_label = excluded.type_label, status = excluded.status, region = excluded.region,
        la_code = excluded.la_code, la_name = excluded.la_name,
        responsible_body_kind = excluded.responsible_body_kind, responsible_body_id = excluded.responsible_body_id,
        responsible_body_name = excluded.responsible_body_name, trust_uid = excluded.trust_uid,
        trust_name = excluded.trust_name, pupils = excluded.pupils, idaci_quintile = excluded.idaci_quintile,
        lat = excluded.lat, lng = excluded.lng, religious_character = excluded.religious_character,
        category_of_concern = excluded.category_of_concern, facts_version = excluded.facts_version,
        source = excluded.source, loaded_at = excluded.loaded_at
    """
)
_NEEDS_OF_SCHOOLS = text(
    """
    WITH now_so AS (
        SELECT urn::text AS subject_id, name, region, array_remove(ARRAY[
            'school:' || urn,
            CASE responsible_body_kind
                WHEN 'trust' THEN 'trust:' || responsible_body_id
                WHEN 'local_authority' THEN 'la:' || responsible_body_id
            END
        ], NULL) AS orgs
        FROM schools WHERE urn = ANY (CAST(:urns AS int[]))
    )
    UPDATE needs
    SET subject_name = now_so.name, tenancy_region = now_so.region, party_orgs = now_so.orgs,
        tenancy_orgs = CASE WHEN state = 'provisional' THEN '{}' ELSE now_so.orgs END, updated_at = now()
    FROM now_so
    WHERE needs.subject_kind = 'school' AND needs.subject_id = now_so.subject_id
        AND (needs.subject_name, needs.tenancy_region, needs.party_orgs)
            IS DISTINCT FROM (now_so.name, now_so.region, now_so.orgs)
    RETURNING needs.id
    """
)
_PROPOSALS_OF_NEEDS = text(
    """
    UPDATE proposals
    SET tenancy_region = needs.tenancy_region, party_orgs = needs.party_orgs || leaders.tenancy_orgs,
        tenancy_orgs = CASE WHEN proposals.tenancy_orgs = '{}' THEN '{}'
            ELSE needs.party_orgs || leaders.tenancy_orgs END
    FROM needs, leaders
    WHERE needs.id = proposals.need_id AND leaders.id = proposals.leader_id
        AND needs.id = ANY (CAST(:needs AS uuid[]))
    """
)
_ASSESSMENTS = text(
    """
    INSERT INTO school_assessments (
        urn, scheme, assessment_id, result, flags, action_areas, category_of_concern, policy_version, as_of
    )
    SELECT urn, scheme, assessment_id, result, flags, action_areas, category_of_concern, policy_version, as_of
    FROM jsonb_populate_recordset(NULL::school_assessments, CAST(:rows AS jsonb))
    ON CONFLICT (urn, scheme) DO UPDATE SET
        assessment_id = excluded.assessment_id, result = excluded.result, flags = excluded.flags,
        action_areas = excluded.action_areas, category_of_concern = excluded.category_of_concern,
        policy_version = excluded.policy_version, as_of = excluded.as_of, received_at = now()
    """
)
_DECISION = text(
    """
    INSERT INTO school_decisions (
        id, urn, tier, route, proposed, assessment_id, effective_on, action_areas, supersedes, received_at
    ) VALUES (
        :decision_id, :urn, :tier, :route, :proposed, :assessment_id, :effective_on, :action_areas, :supersedes,
        clock_timestamp()
    )
    ON CONFLICT (id) DO NOTHING
    RETURNING id
    """
)
_SUPERSEDE = text(
    "UPDATE school_decisions SET superseded_by = :decision_id"
    " WHERE urn = :urn AND id <> :decision_id AND superseded_by IS NULL"
)
_STANDINGS = text(
    """
    SELECT asked.urn, school.name, school.region, school.responsible_body_kind, school.responsible_body_id,
        assessed.assessment_id, assessed.result, assessed.action_areas,
        decided.id AS decision_id, decided.tier, decided.assessment_id AS decided_assessment_id,
        decided.action_areas AS decided_areas,
        need.id AS need_id, need.state, need.origin_kind, need.origin_decision_id, need.origin_assessment_id,
        need.areas, need.edited_at, need.days, need.party_orgs
    FROM unnest(CAST(:urns AS int[])) AS asked (urn)
    LEFT JOIN schools AS school ON school.urn = asked.urn
    LEFT JOIN school_assessments AS assessed ON assessed.urn = asked.urn AND assessed.scheme = :scheme
    LEFT JOIN LATERAL (
        SELECT * FROM school_decisions
        WHERE school_decisions.urn = asked.urn AND superseded_by IS NULL
        ORDER BY received_at DESC, id DESC LIMIT 1
    ) AS decided ON true
    LEFT JOIN LATERAL (
        SELECT * FROM needs
        WHERE subject_kind = 'school' AND subject_id = asked.urn::text AND needs.state NOT IN ('met', 'withdrawn')
        FOR UPDATE
    ) AS need ON true
    ORDER BY asked.urn
    """
)
_ADD_NEEDS = text(
    """
    INSERT INTO needs (
        id, subject_kind, subject_id, subject_name, days, areas, state, origin_kind, origin_assessment_id,
        origin_decision_id, party_orgs, tenancy_orgs, tenancy_region
    ) VALUES (
        :id, 'school', :subject_id, :subject_name, :days, :areas, :state, :origin_kind, :origin_assessment_id,
        :origin_decision_id, :party_orgs, :tenancy_orgs, :tenancy_region
    )
    """
)
_CHANGE_NEEDS = text(
    """
    UPDATE needs
    SET areas = :areas, state = :state, state_reason = NULL, origin_kind = :origin_kind,
        origin_assessment_id = :origin_assessment_id, origin_decision_id = :origin_decision_id,
        tenancy_orgs = :tenancy_orgs, updated_at = now()
    WHERE id = :id
    """
)
_WITHDRAW_NEEDS = text(
    "UPDATE needs SET state = 'withdrawn', state_reason = :reason, updated_at = now() WHERE id = :id"
)
_WITHDRAW_PROPOSALS = text(
    "UPDATE proposals SET state = 'withdrawn', updated_at = now()"
    " WHERE need_id = ANY (CAST(:needs AS uuid[])) AND state = 'proposed' RETURNING id, need_id, leader_id"
)


def _json(rows: Sequence[Mapping[str, Any]]) -> str:
    return orjson.dumps(list(rows)).decode()


async def put_schools(session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert or replace our copies of schools."""
    await session.execute(_SCHOOLS, {"rows": _json(rows)})


async def follow_schools(session: AsyncSession, urns: Sequence[int]) -> None:
    """Let needs and proposals of these schools carry their present name, region and responsible body."""
    changed = (await session.execute(_NEEDS_OF_SCHOOLS, {"urns": list(urns)})).scalars().all()
    if changed:
        await session.execute(_PROPOSALS_OF_NEEDS, {"needs": changed})


async def put_assessments(session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert or replace the current assessments."""
    await session.execute(_ASSESSMENTS, {"rows": _json(rows)})


async def put_decision(session: AsyncSession, decision: Mapping[str, Any]) -> None:
    """Keep a decision; it supersedes the one that stood. A decision told again changes nothing."""
    if (await session.execute(_DECISION, dict(decision))).scalar_one_or_none() is not None:
        await session.execute(_SUPERSEDE, {"decision_id": decision["decision_id"], "urn": decision["urn"]})


async def standings(session: AsyncSession, urns: Sequence[int], scheme: str) -> Sequence[RowMapping]:
    """Return for each school what triage says of it, and its open need, locked."""
    return (await session.execute(_STANDINGS, {"urns": sorted(urns), "scheme": scheme})).mappings().all()


async def add_needs(session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert needs."""
    if rows:
        await session.execute(_ADD_NEEDS, [dict(row) for row in rows])


async def change_needs(session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write the state and origin of needs."""
    if rows:
        await session.execute(_CHANGE_NEEDS, [dict(row) for row in rows])


async def withdraw_needs(session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> Sequence[RowMapping]:
    """Withdraw needs and the proposals on them that nobody has acted on; return these proposals."""
    if not rows:
        return []
    await session.execute(_WITHDRAW_NEEDS, [dict(row) for row in rows])
    withdrawn = await session.execute(_WITHDRAW_PROPOSALS, {"needs": [row["id"] for row in rows]})
    return withdrawn.mappings().all()
