"""The SQL of term dates: versions are added, and none is changed."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

Reads = AsyncConnection | AsyncSession

_REGION = text("SELECT min(region) AS region FROM school_facts WHERE la_code = :la HAVING count(*) > 0")
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('term dates ' || :la, 0))")
_COLUMNS: Final = "la_code, version, terms, source_name, source_url, source_as_at, reason, recorded_at"
_SELECT: Final = f"SELECT {_COLUMNS} FROM term_dates WHERE la_code = :la ORDER BY version DESC"  # noqa: S608 - constants
_VERSIONS = text(_SELECT)
_NEWEST = text(f"{_SELECT} LIMIT 1")
_ADD = text(
    f"""
    INSERT INTO term_dates (la_code, version, terms, source_name, source_url, source_as_at, reason, recorded_by,
                            recorded_role)
    VALUES (:la_code, :version, CAST(:terms AS jsonb), :source_name, :source_url, :source_as_at, :reason,
            :recorded_by, :recorded_role)
    RETURNING {_COLUMNS}
    """  # noqa: S608 - constants
)


async def region_of(reads: Reads, la: str) -> RowMapping | None:
    """Return the region of an authority by its schools, None where it has none in the copy of the register."""
    return (await reads.execute(_REGION, {"la": la})).mappings().one_or_none()


async def lock(session: AsyncSession, la: str) -> None:
    """Wait for others who add a version for this authority."""
    await session.execute(_LOCK, {"la": la})


async def versions(reads: Reads, la: str) -> Sequence[RowMapping]:
    """Return all versions of an authority, the newest first."""
    return (await reads.execute(_VERSIONS, {"la": la})).mappings().all()


async def newest(reads: Reads, la: str) -> RowMapping | None:
    """Return the version of an authority that is in use, None where it has none."""
    return (await reads.execute(_NEWEST, {"la": la})).mappings().one_or_none()


async def add(session: AsyncSession, values: Mapping[str, Any]) -> RowMapping:
    """Add a version and return it."""
    return (await session.execute(_ADD, values)).mappings().one()
