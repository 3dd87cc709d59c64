"""The SQL of publications: public rows, made once from confidential ones."""

# ruff: noqa: S608 - statements are put together from fixed fragments; every value is bound

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Principal
from shared.auth.tenancy import visible_sql

_COLUMNS: Final = """
    told.decision_id AS id, told.document, told.published_at, told.redactions, told.procedure_version,
    CASE WHEN CAST(:as_of AS date) IS NULL OR told.superseded_at < CAST(:as_of AS date) + 1
         THEN told.superseded_at END AS superseded_at
"""
_ON: Final = "(CAST(:as_of AS date) IS NULL OR told.published_at < CAST(:as_of AS date) + 1)"
_BEFORE = text(
    """
    SELECT decision_id FROM decision_publications
    WHERE urn = :urn AND scheme = :scheme ORDER BY published_at DESC, decision_id DESC LIMIT 1
    """
)
_ADD = text(
    """
    INSERT INTO decision_publications (decision_id, urn, scheme, tier, document, redactions, procedure_version,
                                       published_by)
    VALUES (:decision_id, :urn, :scheme, :tier, CAST(:document AS jsonb), CAST(:redactions AS jsonb),
            :procedure_version, :published_by)
    """
)
_ONE = text(f"SELECT {_COLUMNS} FROM decision_publications AS told WHERE told.decision_id = :id AND {_ON}")


@dataclass(frozen=True, slots=True)
class PublishedFilter:
    """All conditions hold together; None means any."""

    urn: int | None = None
    scheme: str | None = None
    tier: str | None = None
    region: str | None = None
    la: str | None = None
    as_of: date | None = None


_CONDITIONS: Final = {
    "urn": "told.urn = :urn",
    "scheme": "told.scheme = :scheme",
    "tier": "told.tier = :tier",
    "region": "told.document ->> 'region' = :region",
    "la": "told.document ->> 'local_authority_code' = :la",
}


async def to_publish(session: AsyncSession, decision_id: UUID, principal: Principal) -> RowMapping | None:
    """Return what is made public of a decision, held until it is."""
    seen, claims = visible_sql(principal, "made")
    sql = text(
        "SELECT made.id, made.urn, made.scheme, made.tier, made.route, made.actions, made.conditions, made.reason,"
        " made.reason_code, made.consulted, made.urgent_ground, made.effective_on, made.created_at, made.superseded_at,"
        " made.authoriser_role, made.tenancy_region, assessed.reasons::text AS reasons, assessed.action_areas,"
        " school.name AS school_name, school.region, school.la_code,"
        " EXISTS (SELECT 1 FROM decision_publications AS told WHERE told.decision_id = made.id) AS published"
        " FROM decisions AS made JOIN assessments AS assessed ON assessed.id = made.assessment_id"
        " JOIN school_facts AS school ON school.urn = made.urn"
        f" WHERE made.id = :id AND {seen} FOR UPDATE OF made"
    )
    return (await session.execute(sql, {"id": decision_id, **claims})).mappings().one_or_none()


async def published_before(session: AsyncSession, urn: int, scheme: str) -> UUID | None:
    """Return the decision on a school that was published last."""
    found: UUID | None = await session.scalar(_BEFORE, {"urn": urn, "scheme": scheme})
    return found


async def add(session: AsyncSession, values: Mapping[str, Any]) -> None:
    """Store what the public reads of a decision."""
    json = {name: orjson.dumps(values[name]).decode() for name in ("document", "redactions")}
    await session.execute(_ADD, {**values, **json})


async def get(session: AsyncSession, decision_id: UUID, as_of: date | None = None) -> RowMapping | None:
    """Return what is public of a decision."""
    return (await session.execute(_ONE, {"id": decision_id, "as_of": as_of})).mappings().one_or_none()


def _where(wanted: PublishedFilter) -> tuple[str, dict[str, Any]]:
    values = asdict(wanted)
    chosen = [sql for name, sql in _CONDITIONS.items() if values[name] is not None]
    return " AND ".join([_ON, *chosen]), {name: value for name, value in values.items() if value is not None}


async def page(
    session: AsyncSession, wanted: PublishedFilter, *, after: UUID | None, limit: int
) -> Sequence[RowMapping]:
    """Return what is public, newest decision first."""
    where, values = _where(wanted)
    sql = text(
        f"SELECT {_COLUMNS} FROM decision_publications AS told WHERE {where}"
        " AND (CAST(:after AS uuid) IS NULL OR told.decision_id < :after) ORDER BY told.decision_id DESC LIMIT :limit"
    )
    values = {"as_of": wanted.as_of, **values, "after": after, "limit": limit}
    return (await session.execute(sql, values)).mappings().all()


async def count(session: AsyncSession, wanted: PublishedFilter) -> int:
    """Count what is public."""
    where, values = _where(wanted)
    sql = text(f"SELECT count(*) FROM decision_publications AS told WHERE {where}")
    return int(await session.scalar(sql, {"as_of": wanted.as_of, **values}) or 0)
