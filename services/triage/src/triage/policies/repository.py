"""The SQL of policy versions."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from shared.auth import Principal

Row = RowMapping

_HASHES = text("SELECT scheme, version, content_hash FROM policy_versions")
_ADD = text(
    """
    INSERT INTO policy_versions (scheme, version, title, in_force_from, in_force_to, document, content_hash)
    VALUES (:scheme, :version, :title, :in_force_from, :in_force_to, CAST(:document AS jsonb), :content_hash)
    ON CONFLICT (scheme, version) DO NOTHING
    """
)
# A draft is of no effect until it is activated, and none after a withdrawal. An active version ends where it says so
# itself, or with the day before the next one begins: that is derived, and no version is rewritten for it.
_STANDING = """
    SELECT known.*, least(known.own_end, known.next_from - 1) AS in_force_to,
           CASE WHEN known.own_end < known.next_from THEN NULL ELSE known.next_version END AS closed_by,
           CASE WHEN known.leaves_a_gap THEN known.own_end + 1 END AS uncovered_from,
           CASE WHEN known.leaves_a_gap THEN known.next_from - 1 END AS uncovered_to
    FROM (
        SELECT joined.*,
               active AND own_end + 1 < coalesce(lead(in_force_from) OVER following, 'infinity') AS leaves_a_gap,
               CASE WHEN active THEN lead(in_force_from) OVER following END AS next_from,
               CASE WHEN active THEN lead(version) OVER following END AS next_version
        FROM (
            SELECT held.scheme, held.version, held.title, held.in_force_from, held.in_force_to AS own_end,
                   held.content_hash, held.loaded_at, held.document, held.drafted_by, held.drafted_role, step.step,
                   step.reason, step.taken_by, step.taken_role, step.taken_at, gone.reason AS withdrawn_reason,
                   gone.replaced_by, gone.withdrawn_by, gone.withdrawn_role, gone.withdrawn_at,
                   held.drafted_by IS NULL OR step.step IS NOT DISTINCT FROM 'activated' AS told,
                   (held.drafted_by IS NULL OR step.step IS NOT DISTINCT FROM 'activated')
                       AND gone.version IS NULL AS active
            FROM policy_versions AS held LEFT JOIN policy_steps AS step USING (scheme, version)
            LEFT JOIN policy_withdrawals AS gone USING (scheme, version)
        ) AS joined
        WINDOW following AS (PARTITION BY scheme, active ORDER BY in_force_from, version)
    ) AS known
"""
_COLUMNS = """
    scheme, version, title, in_force_from, in_force_to, own_end, closed_by, uncovered_from, uncovered_to, content_hash,
    loaded_at, told, active, drafted_by, drafted_role, step, reason, taken_by, taken_role, taken_at, withdrawn_reason,
    replaced_by, withdrawn_by, withdrawn_role, withdrawn_at
"""
_LISTED = text(
    f"SELECT {_COLUMNS} FROM ({_STANDING}) AS standing"  # noqa: S608 - constants
    " WHERE (CAST(:scheme AS text) IS NULL OR scheme = :scheme) AND (told OR :with_drafts) ORDER BY scheme, version"
)
_EXISTS = text("SELECT EXISTS (SELECT 1 FROM policy_versions WHERE scheme = :scheme)")
_ONE = text(
    f"SELECT {_COLUMNS}, document FROM ({_STANDING}) AS standing"  # noqa: S608 - constants
    " WHERE scheme = :scheme AND version = :version"
)
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('policy ' || :scheme, 0))")
_DRAFT = text(
    """
    INSERT INTO policy_versions (scheme, version, title, in_force_from, in_force_to, document, content_hash,
                                 drafted_by, drafted_role)
    VALUES (:scheme, :version, :title, :in_force_from, :in_force_to, CAST(:document AS jsonb), :content_hash,
            :drafted_by, :drafted_role)
    """
)
_STEP = text(
    """
    INSERT INTO policy_steps (scheme, version, step, reason, taken_by, taken_role)
    VALUES (:scheme, :version, :step, :reason, :taken_by, :taken_role)
    """
)
_WITHDRAW = text(
    """
    INSERT INTO policy_withdrawals (scheme, version, reason, replaced_by, withdrawn_by, withdrawn_role)
    VALUES (:scheme, :version, :reason, :replaced_by, :withdrawn_by, :withdrawn_role)
    """
)
_DOCUMENT = text("SELECT document FROM policy_versions WHERE scheme = :scheme AND version = :version")
_IN_FORCE = text(
    f"SELECT {_COLUMNS}, document FROM ({_STANDING}) AS standing"  # noqa: S608 - constants
    " WHERE scheme = :scheme AND active AND in_force_from <= :on AND (in_force_to IS NULL OR in_force_to >= :on)"
)
_NUMBERS_IN_FORCE = text(
    f"SELECT scheme, version FROM ({_STANDING}) AS standing"  # noqa: S608 - constants
    " WHERE active AND in_force_from <= :on AND (in_force_to IS NULL OR in_force_to >= :on) ORDER BY scheme"
)
_NUMBER_IN_FORCE = text(f"SELECT version FROM ({_IN_FORCE.text}) AS found")  # noqa: S608 - constants


def hashes(connection: Connection) -> dict[tuple[str, int], str]:
    """Return the content hash of every version held."""
    return {(row.scheme, row.version): row.content_hash for row in connection.execute(_HASHES)}


def add(connection: Connection, document: Mapping[str, Any], content_hash: str) -> None:
    """Add a version of the package, active; one that is there stays as it is."""
    connection.execute(_ADD, _values(document, content_hash))


def _values(document: Mapping[str, Any], content_hash: str) -> dict[str, Any]:
    return {
        "scheme": document["scheme"],
        "version": document["version"],
        "title": document["title"],
        "in_force_from": document["in_force"]["from"],
        "in_force_to": document["in_force"]["to"],
        "document": orjson.dumps(document).decode(),
        "content_hash": content_hash,
    }


async def hold(session: AsyncSession, scheme: str) -> None:
    """Wait for whoever else drafts or takes a step in this scheme, until the end of the transaction."""
    await session.execute(_LOCK, {"scheme": scheme})


async def draft(session: AsyncSession, document: Mapping[str, Any], content_hash: str, principal: Principal) -> None:
    """Add a version as a draft."""
    drafted = {"drafted_by": principal.subject, "drafted_role": principal.role}
    await session.execute(_DRAFT, {**_values(document, content_hash), **drafted})


async def step(
    session: AsyncSession, scheme: str, version: int, *, taken: str, reason: str, principal: Principal
) -> None:
    """Write down the step that ends a draft."""
    values = {"scheme": scheme, "version": version, "step": taken, "reason": reason}
    await session.execute(_STEP, {**values, "taken_by": principal.subject, "taken_role": principal.role})


async def withdraw(
    session: AsyncSession, scheme: str, version: int, *, reason: str, replaced_by: int | None, principal: Principal
) -> None:
    """Write down that an active version is withdrawn before its first day."""
    values = {"scheme": scheme, "version": version, "reason": reason, "replaced_by": replaced_by}
    await session.execute(_WITHDRAW, {**values, "withdrawn_by": principal.subject, "withdrawn_role": principal.role})


def document(connection: Connection, scheme: str, version: int) -> dict[str, Any]:
    """Return the document of a version that is known to exist."""
    found: dict[str, Any] = connection.execute(_DOCUMENT, {"scheme": scheme, "version": version}).scalar_one()
    return found


async def versions(
    reads: AsyncConnection | AsyncSession, scheme: str | None = None, *, with_drafts: bool = False
) -> Sequence[Row]:
    """Return the versions of all schemes or of one, without their documents; those never told of too if wanted."""
    return (await reads.execute(_LISTED, {"scheme": scheme, "with_drafts": with_drafts})).mappings().all()


async def version(reads: AsyncConnection | AsyncSession, scheme: str, number: int) -> Row | None:
    """Return one version with its document."""
    return (await reads.execute(_ONE, {"scheme": scheme, "version": number})).mappings().one_or_none()


async def in_force(reads: AsyncConnection | AsyncSession, scheme: str, on: object) -> Row | None:
    """Return the version in force on a date with its document."""
    return (await reads.execute(_IN_FORCE, {"scheme": scheme, "on": on})).mappings().one_or_none()


async def is_in_force(reads: AsyncConnection | AsyncSession, scheme: str, on: object) -> bool:
    """Tell whether any version of a scheme is in force on a date."""
    return (await reads.scalar(_NUMBER_IN_FORCE, {"scheme": scheme, "on": on})) is not None


def versions_in_force(connection: Connection, on: object) -> dict[str, int]:
    """Return the version that is in force on a date, by scheme."""
    return {row.scheme: row.version for row in connection.execute(_NUMBERS_IN_FORCE, {"on": on})}


def version_in_force(connection: Connection, scheme: str, on: object) -> int | None:
    """Return the number of the version in force on a date."""
    found: int | None = connection.execute(_NUMBER_IN_FORCE, {"scheme": scheme, "on": on}).scalar_one_or_none()
    return found


async def exists(session: AsyncSession, scheme: str) -> bool:
    """Tell whether there is any version of a scheme."""
    return bool((await session.execute(_EXISTS, {"scheme": scheme})).scalar_one())
