"""The SQL of policy versions."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

Row = RowMapping

_HASHES = text("SELECT scheme, version, content_hash FROM policy_versions")
_ADD = text(
    """
    INSERT INTO policy_versions (scheme, version, title, in_force_from, in_force_to, document, content_hash)
    VALUES (:scheme, :version, :title, :in_force_from, :in_force_to, CAST(:document AS jsonb), :content_hash)
    ON CONFLICT (scheme, version) DO NOTHING
    """
)
_COLUMNS = "scheme, version, title, in_force_from, in_force_to, content_hash, loaded_at"
_ALL = text(f"SELECT {_COLUMNS} FROM policy_versions ORDER BY scheme, version")  # noqa: S608 - constants
_OF_SCHEME = text(
    f"SELECT {_COLUMNS} FROM policy_versions WHERE scheme = :scheme ORDER BY version"  # noqa: S608 - constants
)
_SCHEMES = text("SELECT DISTINCT scheme FROM policy_versions ORDER BY scheme")
_ONE = text(
    f"SELECT {_COLUMNS}, document FROM policy_versions"  # noqa: S608 - constants
    " WHERE scheme = :scheme AND version = :version"
)
_IN_FORCE = text(
    f"SELECT {_COLUMNS}, document FROM policy_versions"  # noqa: S608 - constants
    " WHERE scheme = :scheme AND in_force_from <= :on AND (in_force_to IS NULL OR in_force_to >= :on)"
    " ORDER BY version DESC LIMIT 1"
)

_NUMBER_IN_FORCE = text(f"SELECT version FROM ({_IN_FORCE.text}) AS found")  # noqa: S608 - constants


def hashes(connection: Connection) -> dict[tuple[str, int], str]:
    """Return the content hash of every version held."""
    return {(row.scheme, row.version): row.content_hash for row in connection.execute(_HASHES)}


def add(connection: Connection, document: Mapping[str, Any], content_hash: str) -> None:
    """Add a version; one that is there stays as it is."""
    connection.execute(
        _ADD,
        {
            "scheme": document["scheme"],
            "version": document["version"],
            "title": document["title"],
            "in_force_from": document["in_force"]["from"],
            "in_force_to": document["in_force"]["to"],
            "document": orjson.dumps(document).decode(),
            "content_hash": content_hash,
        },
    )


def document(connection: Connection, scheme: str, version: int) -> dict[str, Any]:
    """Return the document of a version that is known to exist."""
    row = connection.execute(_ONE, {"scheme": scheme, "version": version}).mappings().one()
    found: dict[str, Any] = row["document"]
    return found


async def versions(reads: AsyncConnection, scheme: str | None = None) -> Sequence[Row]:
    """Return the versions of all schemes or of one, without their documents."""
    if scheme is None:
        return (await reads.execute(_ALL)).mappings().all()
    return (await reads.execute(_OF_SCHEME, {"scheme": scheme})).mappings().all()


async def version(reads: AsyncConnection | AsyncSession, scheme: str, number: int) -> Row | None:
    """Return one version with its document."""
    return (await reads.execute(_ONE, {"scheme": scheme, "version": number})).mappings().one_or_none()


async def in_force(reads: AsyncConnection | AsyncSession, scheme: str, on: object) -> Row | None:
    """Return the version in force on a date with its document."""
    return (await reads.execute(_IN_FORCE, {"scheme": scheme, "on": on})).mappings().one_or_none()


def version_in_force(connection: Connection, scheme: str, on: object) -> int | None:
    """Return the number of the version in force on a date."""
    found: int | None = connection.execute(_NUMBER_IN_FORCE, {"scheme": scheme, "on": on}).scalar_one_or_none()
    return found


def schemes(connection: Connection) -> list[str]:
    """Return the schemes that have a version."""
    return list(connection.execute(_SCHEMES).scalars())


async def exists(session: AsyncSession, scheme: str) -> bool:
    """Tell whether there is any version of a scheme."""
    return bool((await session.execute(_OF_SCHEME, {"scheme": scheme})).first())
