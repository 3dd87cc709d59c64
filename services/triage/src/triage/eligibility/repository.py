"""The SQL of eligibility: what the rules look at, and the cases admitted outside the criteria."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Principal
from shared.auth.tenancy import visible_sql

Row = dict[str, Any]

_COLUMNS: Final = """
    school.urn, school.name, school.region, school.la_code, school.trust_uid, school.body_org, school.facts,
    school.source_name, school.source_as_at, school.source_loaded_at, school.received_at,
    school.profile -> 'memberships' AS memberships, school.profile ->> 'open_date' AS open_date,
    school.profile -> 'responsible_body' AS responsible_body, school.profile -> 'trust' ->> 'name' AS trust_name
"""
_SCHOOLS: Final = """
    FROM (
        SELECT held.*, held.region AS tenancy_region, triage_orgs('school', held.body_org, held.urn) AS tenancy_orgs
        FROM school_facts AS held
    ) AS school
"""
_CONDITIONS: Final = {
    "region": "school.region = :region",
    "la": "school.la_code = :la",
    "trust": "school.trust_uid = :trust",
}
_ROLLS = text(
    """
    SELECT urn, region, la_code, trust_uid, profile -> 'memberships' AS memberships,
           profile ->> 'open_date' AS open_date
    FROM school_facts
    WHERE trust_uid IS NOT NULL OR jsonb_array_length(coalesce(profile -> 'memberships', '[]'::jsonb)) > 0
    ORDER BY urn
    """
)
_OF_URNS = text(f"SELECT {_COLUMNS} {_SCHOOLS} WHERE school.urn = ANY (:urns) ORDER BY school.urn")
_EXCEPTIONS = text(
    """
    SELECT id, programme, subject_kind, subject, reason, admitted_on, admitted_role, created_at
    FROM eligibility_exceptions
    WHERE programme = :programme AND subject_kind = :kind AND admitted_on <= :as_of
      AND (CAST(:subjects AS text[]) IS NULL OR subject = ANY (:subjects))
      AND NOT EXISTS (SELECT 1 FROM eligibility_withdrawals AS ended
                      WHERE ended.exception_id = eligibility_exceptions.id AND ended.withdrawn_on <= :as_of)
    """
)
_CASES: Final = f"""
    SELECT made.id, made.programme, made.programme_version, made.subject_kind, made.subject, made.reason,
           made.admitted_on, made.admitted_role, made.created_at,
           CASE WHEN ended.exception_id IS NULL THEN 'admitted' ELSE 'withdrawn' END AS state,
           ended.reason AS withdrawal_reason, ended.withdrawn_on, ended.withdrawn_role
    FROM eligibility_exceptions AS made LEFT JOIN eligibility_withdrawals AS ended ON ended.exception_id = made.id
    WHERE CASE made.subject_kind
          WHEN 'school' THEN EXISTS (SELECT 1 {_SCHOOLS} WHERE school.urn = CAST(made.subject AS bigint) AND {{seen}})
          ELSE :everything OR made.subject = :own_trust OR EXISTS (
              SELECT 1 FROM school_facts AS member
              WHERE member.trust_uid = made.subject AND member.region = ANY (CAST(:own_regions AS text[])))
          END
"""  # noqa: S608 - constants; the filter of who sees a school is put in
_CASES_WANTED: Final = """
    AND (CAST(:programme AS text) IS NULL OR made.programme = :programme)
    AND (CAST(:subject_kind AS text) IS NULL OR made.subject_kind = :subject_kind)
    AND (CAST(:subject AS text) IS NULL OR made.subject = :subject)
    AND (CAST(:state AS text) IS NULL OR (:state = 'withdrawn') = (ended.exception_id IS NOT NULL))
"""
_WITHDRAW = text(
    """
    INSERT INTO eligibility_withdrawals (exception_id, reason, withdrawn_on, withdrawn_by, withdrawn_role)
    VALUES (:exception_id, :reason, :withdrawn_on, :withdrawn_by, :withdrawn_role)
    RETURNING exception_id, reason, withdrawn_on, withdrawn_role, created_at
    """
)
_ADMIT = text(
    """
    INSERT INTO eligibility_exceptions (id, programme, programme_version, subject_kind, subject, reason, admitted_on,
                                        admitted_by, admitted_role)
    VALUES (:id, :programme, :programme_version, :subject_kind, :subject, :reason, :admitted_on, :admitted_by,
            :admitted_role)
    RETURNING id, programme, subject_kind, subject, reason, admitted_on, admitted_role, created_at
    """
)


async def schools(
    session: AsyncSession, principal: Principal, wanted: Mapping[str, str | None], after: int, limit: int
) -> list[Row]:
    """Return up to so many schools that the client may see, by URN."""
    seen, claims = visible_sql(principal, "school")
    chosen = [_CONDITIONS[name] for name, value in wanted.items() if value is not None]
    where = " AND ".join([seen, "school.urn > :after", *chosen])
    sql = text(f"SELECT {_COLUMNS} {_SCHOOLS} WHERE {where} ORDER BY school.urn LIMIT :limit")
    values = {**claims, **wanted, "after": after, "limit": limit}
    return [dict(row) for row in (await session.execute(sql, values)).mappings()]


async def school(session: AsyncSession, principal: Principal, urn: int) -> Row | None:
    """Return one school, if the client may see it."""
    seen, claims = visible_sql(principal, "school")
    sql = text(f"SELECT {_COLUMNS} {_SCHOOLS} WHERE {seen} AND school.urn = :urn")
    row = (await session.execute(sql, {**claims, "urn": urn})).mappings().one_or_none()
    return None if row is None else dict(row)


async def of_urns(session: AsyncSession, urns: Sequence[int]) -> list[Row]:
    """Return these schools, whoever asks: a trust is judged on all of its schools."""
    return [dict(row) for row in (await session.execute(_OF_URNS, {"urns": list(urns)})).mappings()]


async def rolls(session: AsyncSession) -> list[Row]:
    """Return every school that is or was in a trust, with its memberships only."""
    return [dict(row) for row in (await session.execute(_ROLLS)).mappings()]


async def exceptions(
    session: AsyncSession, programme: str, kind: str, as_of: date, subjects: Sequence[str] | None = None
) -> dict[str, Row]:
    """Return the cases admitted outside the criteria by that day and not withdrawn by it, by URN or UID as text."""
    values = {
        "programme": programme,
        "kind": kind,
        "as_of": as_of,
        "subjects": list(subjects) if subjects is not None else None,
    }
    return {row["subject"]: dict(row) for row in (await session.execute(_EXCEPTIONS, values)).mappings()}


def _cases_seen(principal: Principal) -> tuple[str, dict[str, Any]]:
    """The cases of the schools and trusts that this client may see, and the values that this takes."""
    seen, claims = visible_sql(principal, "school")
    own = principal.org.id if principal.org.kind == "trust" else None
    mine = {"everything": principal.sees_everything, "own_trust": own, "own_regions": sorted(principal.regions)}
    return _CASES.format(seen=seen), {**claims, **mine}


async def case(session: AsyncSession, principal: Principal, exception_id: UUID) -> RowMapping | None:
    """Return an admitted case, withdrawn or not, if the client may see its school or trust."""
    cases, values = _cases_seen(principal)
    found = await session.execute(text(f"{cases} AND made.id = :id"), {**values, "id": exception_id})
    return found.mappings().one_or_none()


async def cases(
    session: AsyncSession, principal: Principal, wanted: Mapping[str, str | None], after: UUID | None, limit: int
) -> Sequence[RowMapping]:
    """Return up to so many cases that match and the client may see, newest first."""
    found, values = _cases_seen(principal)
    sql = text(
        f"{found} {_CASES_WANTED} AND (CAST(:after AS uuid) IS NULL OR made.id < :after)"
        " ORDER BY made.id DESC LIMIT :limit"
    )
    return (await session.execute(sql, {**values, **wanted, "after": after, "limit": limit})).mappings().all()


async def count_cases(session: AsyncSession, principal: Principal, wanted: Mapping[str, str | None]) -> int:
    """Count the cases that match and the client may see."""
    found, values = _cases_seen(principal)
    sql = text(f"SELECT count(*) FROM ({found} {_CASES_WANTED}) AS found")  # noqa: S608 - constants
    return int(await session.scalar(sql, {**values, **wanted}) or 0)


async def withdraw(session: AsyncSession, values: Mapping[str, Any]) -> Row:
    """Store that a case is admitted no longer."""
    return dict((await session.execute(_WITHDRAW, values)).mappings().one())


async def admit(session: AsyncSession, values: Mapping[str, Any]) -> Row:
    """Store a case that a person admits outside the criteria."""
    return dict((await session.execute(_ADMIT, values)).mappings().one())
