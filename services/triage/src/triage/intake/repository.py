"""The SQL of the copy."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.responses import dumps
from triage.follow_up import repository as follow_ups
from triage.intake.messages import KeptSchool
from triage.reassessment.repository import mark

_UPSERT = text(
    """
    INSERT INTO school_facts AS held (urn, name, region, la_code, trust_uid, body_org, facts, profile, facts_version,
                                      source_name, source_as_at, source_loaded_at)
    SELECT urn, name, region, la_code, trust_uid, body_org, facts, profile, facts_version,
           source_name, source_as_at, source_loaded_at
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS incoming (
        urn bigint, name text, region text, la_code text, trust_uid text, body_org text, facts jsonb, profile jsonb,
        facts_version text, source_name text, source_as_at date, source_loaded_at timestamptz
    )
    ORDER BY urn
    ON CONFLICT (urn) DO UPDATE SET
        name = excluded.name, region = excluded.region, la_code = excluded.la_code, trust_uid = excluded.trust_uid,
        body_org = excluded.body_org, facts = excluded.facts, profile = excluded.profile,
        facts_version = excluded.facts_version, source_name = excluded.source_name,
        source_as_at = excluded.source_as_at, source_loaded_at = excluded.source_loaded_at, received_at = now()
    WHERE held.facts_version <> excluded.facts_version
    RETURNING held.urn
    """
)
_FOLLOW = """
    UPDATE {table} AS made
    SET tenancy_orgs = triage_orgs({audience}, school.body_org, school.urn), tenancy_region = school.region
    FROM school_facts AS school
    WHERE school.urn = made.urn AND made.urn = ANY (:urns)
      AND (made.tenancy_region IS DISTINCT FROM school.region
           OR made.tenancy_orgs IS DISTINCT FROM triage_orgs({audience}, school.body_org, school.urn))
"""
_FOLLOW_ASSESSMENTS: Final = _FOLLOW.format(table="assessments", audience="made.audience")
_FOLLOW_DECISIONS: Final = _FOLLOW.format(table="decisions", audience="'school'")
# the body that was told, or spoke, loses sight of it once it no longer answers for the school; the new one was not told
_LEAVE = """
    UPDATE {table} AS made
    SET tenancy_region = school.region,
        tenancy_orgs = CASE WHEN {left} THEN array_remove(made.tenancy_orgs, made.{body}) ELSE made.tenancy_orgs END
    FROM school_facts AS school
    WHERE school.urn = made.urn AND made.urn = ANY (:urns)
      AND (made.tenancy_region IS DISTINCT FROM school.region OR ({left}) AND made.{body} = ANY (made.tenancy_orgs))
"""
_LEAVE_NOTICES: Final = _LEAVE.format(
    table="notices", body="body_org", left="made.body_org IS DISTINCT FROM school.body_org"
)
_LEAVE_REPRESENTATIONS: Final = _LEAVE.format(
    table="representations",
    body="org",
    left="made.party = 'responsible_body' AND made.org IS DISTINCT FROM school.body_org",
)
_FOLLOW_NOTES: Final = """
    UPDATE school_notes AS made SET tenancy_region = school.region FROM school_facts AS school
    WHERE school.urn = made.urn AND made.urn = ANY (:urns) AND made.tenancy_region IS DISTINCT FROM school.region
"""
_FOLLOW_ALL = text(
    f"""
    WITH assessments_follow AS ({_FOLLOW_ASSESSMENTS}), decisions_follow AS ({_FOLLOW_DECISIONS}),
         notices_leave AS ({_LEAVE_NOTICES}), representations_leave AS ({_LEAVE_REPRESENTATIONS}),
         notes_follow AS ({_FOLLOW_NOTES})
    SELECT 1
    """
)


async def keep(session: AsyncSession, schools: Sequence[KeptSchool]) -> list[int]:
    """Write what changed and return those URNs; who may see their cases follows at once.

    A school that moved to another body is closed to the old one from here on. What changed is to be assessed again.
    """
    rows = dumps([school.row() for school in schools]).decode()
    changed = [row.urn for row in await session.execute(_UPSERT, {"rows": rows})]
    if changed:
        await session.execute(_FOLLOW_ALL, {"urns": changed})
        if told := await follow_ups.recorded(session, changed):
            await follow_ups.follow(session, told)
            await follow_ups.refresh(session, told)
        await mark(session, changed)
    return changed
