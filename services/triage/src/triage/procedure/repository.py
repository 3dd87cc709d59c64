"""The SQL of the procedure's versions."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import orjson
from sqlalchemy import Connection, RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

Reads = AsyncConnection | AsyncSession

_HASHES = text("SELECT kind, version, content_hash FROM procedure_versions")
_ADD = text(
    """
    INSERT INTO procedure_versions (kind, version, in_force_from, in_force_to, document, content_hash)
    VALUES (:kind, :version, :in_force_from, :in_force_to, CAST(:document AS jsonb), :content_hash)
    ON CONFLICT (kind, version) DO NOTHING
    """
)
_COLUMNS = "kind, version, in_force_from, in_force_to, content_hash, loaded_at, document"
_ALL = text(f"SELECT {_COLUMNS} FROM procedure_versions ORDER BY kind, version")  # noqa: S608 - constants
_ONE = text(f"SELECT {_COLUMNS} FROM procedure_versions WHERE kind = :kind AND version = :version")  # noqa: S608 - constants
_IN_FORCE = text(
    """
    SELECT document FROM procedure_versions
    WHERE kind = :kind AND in_force_from <= :on AND (in_force_to IS NULL OR in_force_to >= :on)
    ORDER BY version DESC LIMIT 1
    """
)


def hashes(connection: Connection) -> dict[tuple[str, int], str]:
    """Return the content hash of every version held."""
    return {(row.kind, row.version): row.content_hash for row in connection.execute(_HASHES)}


def add(connection: Connection, kind: str, document: Mapping[str, Any], content_hash: str) -> None:
    """Add a version; one that is there stays as it is."""
    values = {
        "kind": kind,
        "version": document["version"],
        "in_force_from": document["in_force"]["from"],
        "in_force_to": document["in_force"]["to"],
        "document": orjson.dumps(document).decode(),
        "content_hash": content_hash,
    }
    connection.execute(_ADD, values)


async def versions(reads: Reads) -> Sequence[RowMapping]:
    """Return every version of every kind."""
    return (await reads.execute(_ALL)).mappings().all()


async def version(reads: Reads, kind: str, number: int) -> RowMapping | None:
    """Return one version."""
    return (await reads.execute(_ONE, {"kind": kind, "version": number})).mappings().one_or_none()


async def in_force(reads: Reads, kind: str, on: date) -> dict[str, Any] | None:
    """Return the document of a kind that is in force on a date."""
    found: dict[str, Any] | None = await reads.scalar(_IN_FORCE, {"kind": kind, "on": on})
    return found
