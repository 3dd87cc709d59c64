"""The SQL of what followed an inspection, and of the evidence that is made of it."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Principal
from shared.auth.tenancy import visible_sql
from triage.reassessment.repository import mark

_COLUMNS: Final = """
    made.id, made.version, made.kind, made.urn, made.happened_on, made.reference, made.conclusion, made.note,
    made.withdrawn, made.reason, made.source, made.recorded_by, made.recorded_role, made.recorded_at, made.superseded_at
"""
_HOLD = text("SELECT urn, region FROM school_facts WHERE urn = ANY (:urns) ORDER BY urn FOR UPDATE")
_ADD = text(
    f"""
    INSERT INTO follow_ups AS made (id, version, kind, urn, happened_on, reference, conclusion, note, withdrawn, reason,
                                    source, recorded_by, recorded_role, tenancy_orgs, tenancy_region)
    SELECT :id, :version, :kind, :urn, :happened_on, :reference, :conclusion, :note, :withdrawn, :reason, :source,
           :recorded_by, :recorded_role, triage_orgs('body', school.body_org, school.urn), school.region
    FROM school_facts AS school WHERE school.urn = :urn
    RETURNING {_COLUMNS}
    """  # noqa: S608 - made of constants above
)
# a school that the copy does not hold yet is opened to its body once it does
_ADD_TOLD = text(
    """
    INSERT INTO follow_ups (id, version, kind, urn, happened_on, reference, source, recorded_by, recorded_role,
                            tenancy_orgs, tenancy_region)
    SELECT gen_random_uuid(), 1, 'support_outcome', told.urn, told.completed_on, told.reference, :source, :source,
           'service', coalesce(triage_orgs('body', school.body_org, school.urn), '{}'), school.region
    FROM unnest(CAST(:references AS text[]), CAST(:urns AS bigint[]), CAST(:days AS date[]))
         AS told (reference, urn, completed_on)
    LEFT JOIN school_facts AS school ON school.urn = told.urn
    ON CONFLICT (kind, reference) WHERE superseded_at IS NULL DO NOTHING
    """
)
_RECORDED = text("SELECT DISTINCT urn FROM follow_ups WHERE urn = ANY (:urns)")
_SUPERSEDE = text("UPDATE follow_ups SET superseded_at = now() WHERE id = :id AND superseded_at IS NULL")
_FOLLOW = text(
    """
    UPDATE follow_ups AS made
    SET tenancy_orgs = triage_orgs('body', school.body_org, school.urn), tenancy_region = school.region
    FROM school_facts AS school
    WHERE school.urn = made.urn AND made.urn = ANY (:urns)
      AND (made.tenancy_region IS DISTINCT FROM school.region
           OR made.tenancy_orgs IS DISTINCT FROM triage_orgs('body', school.body_org, school.urn))
    """
)
# decisions answer reviews, and nothing else looks at their days; one of the very day counts if it came after the review
_REFRESH = text(
    """
    UPDATE school_facts AS school SET follow_up = found.follow_up
    FROM (
        SELECT asked.urn, jsonb_strip_nulls(jsonb_build_object(
            'support', (SELECT jsonb_agg(jsonb_build_object('id', reference, 'completed_on', happened_on)
                                         ORDER BY happened_on, reference)
                        FROM follow_ups WHERE urn = asked.urn AND kind = 'support_outcome'
                         AND superseded_at IS NULL AND NOT withdrawn),
            'reviews', reviews.told,
            'decided_on', CASE WHEN reviews.told IS NOT NULL THEN
                (SELECT jsonb_agg(DISTINCT CAST(created_at AS date)) FROM decisions WHERE urn = asked.urn) END
        )) AS follow_up
        FROM unnest(CAST(:urns AS bigint[])) AS asked (urn)
        CROSS JOIN LATERAL (
            SELECT jsonb_agg(jsonb_build_object('id', reference, 'concluded_on', happened_on, 'conclusion', conclusion,
                             'answered_on', CASE WHEN EXISTS (
                                 SELECT 1 FROM decisions AS made
                                 WHERE made.urn = asked.urn AND CAST(made.created_at AS date) = review.happened_on
                                   AND made.created_at > (SELECT min(recorded_at) FROM follow_ups WHERE id = review.id)
                             ) THEN happened_on END) ORDER BY happened_on, reference) AS told
            FROM follow_ups AS review WHERE urn = asked.urn AND kind = 'progress_review'
             AND superseded_at IS NULL AND NOT withdrawn
        ) AS reviews
    ) AS found
    WHERE school.urn = found.urn AND school.follow_up <> found.follow_up
    RETURNING school.urn
    """
)


async def hold(session: AsyncSession, urn: int) -> RowMapping | None:
    """Return a school and hold it until the transaction ends, so that its evidence is made by one at a time."""
    return (await session.execute(_HOLD, {"urns": [urn]})).mappings().one_or_none()


async def add(session: AsyncSession, values: Mapping[str, Any]) -> RowMapping:
    """Store a version in the place of the one before it."""
    if values["version"] > 1:
        await session.execute(_SUPERSEDE, {"id": values["id"]})
    return (await session.execute(_ADD, dict(values))).mappings().one()


async def record_told(session: AsyncSession, completed: Mapping[str, tuple[int, date]], source: str) -> None:
    """Record completed support by episode: URN and day. What is recorded already stays, with its corrections."""
    urns = [urn for urn, _ in completed.values()]
    await session.execute(_HOLD, {"urns": urns})
    days = [day for _, day in completed.values()]
    values = {"references": list(completed), "urns": urns, "days": days, "source": source}
    await session.execute(_ADD_TOLD, values)
    await refresh(session, urns)


async def refresh(session: AsyncSession, urns: Sequence[int]) -> None:
    """Make the evidence of these schools anew from what is recorded, and mark those for which it changed."""
    await session.execute(_HOLD, {"urns": list(urns)})
    changed = [row.urn for row in await session.execute(_REFRESH, {"urns": list(urns)})]
    await mark(session, changed)


async def recorded(session: AsyncSession, urns: Sequence[int]) -> list[int]:
    """Return those of these schools on which anything is recorded."""
    return list((await session.execute(_RECORDED, {"urns": list(urns)})).scalars())


async def follow(session: AsyncSession, urns: Sequence[int]) -> None:
    """Open what is recorded on these schools to the bodies that the copy names, and to no others."""
    await session.execute(_FOLLOW, {"urns": list(urns)})


async def get(
    session: AsyncSession, follow_up_id: UUID, principal: Principal, *, hold: bool = False
) -> RowMapping | None:
    """Return the latest version, held until it is corrected where `hold` says so."""
    seen, claims = visible_sql(principal, "made")
    sql = text(
        f"SELECT {_COLUMNS} FROM follow_ups AS made WHERE made.id = :id AND made.superseded_at IS NULL AND {seen}"  # noqa: S608 - constants
        + (" FOR UPDATE" if hold else "")
    )
    return (await session.execute(sql, {"id": follow_up_id, **claims})).mappings().one_or_none()


async def versions(
    session: AsyncSession, follow_up_id: UUID, principal: Principal, after: int, limit: int
) -> Sequence[RowMapping]:
    """Return the versions of one, oldest first."""
    seen, claims = visible_sql(principal, "made")
    sql = text(
        f"SELECT {_COLUMNS} FROM follow_ups AS made WHERE made.id = :id AND made.version > :after AND {seen}"  # noqa: S608 - constants
        " ORDER BY made.version LIMIT :limit"
    )
    return (await session.execute(sql, {"id": follow_up_id, "after": after, "limit": limit, **claims})).mappings().all()


def _of_school(principal: Principal) -> tuple[str, dict[str, object]]:
    seen, claims = visible_sql(principal, "made")
    return (
        f"FROM follow_ups AS made WHERE made.urn = :urn AND made.superseded_at IS NULL AND {seen}"
        " AND (CAST(:kind AS text) IS NULL OR made.kind = :kind)"
    ), claims


async def of_school(
    session: AsyncSession, principal: Principal, *, urn: int, kind: str | None, after: UUID | None, limit: int
) -> Sequence[RowMapping]:
    """Return what is recorded on a school, newest first."""
    where, claims = _of_school(principal)
    sql = text(
        f"SELECT {_COLUMNS} {where} AND (CAST(:after AS uuid) IS NULL OR made.id < :after)"
        " ORDER BY made.id DESC LIMIT :limit"
    )
    values = {"urn": urn, "kind": kind, "after": after, "limit": limit, **claims}
    return (await session.execute(sql, values)).mappings().all()


async def count(session: AsyncSession, principal: Principal, *, urn: int, kind: str | None) -> int:
    """Count what is recorded on a school."""
    where, claims = _of_school(principal)
    return int(await session.scalar(text(f"SELECT count(*) {where}"), {"urn": urn, "kind": kind, **claims}) or 0)
