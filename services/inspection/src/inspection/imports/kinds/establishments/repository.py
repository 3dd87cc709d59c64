"""Statements of the load of the register's extract."""

# ruff: noqa: S608 - statements are put together from names of ours; every value is bound

from collections.abc import Collection

from sqlalchemy import Connection, text

from inspection.domain.register import CLOSED, CLOSURE, REGISTER_ONLY, SHARED
from inspection.imports.kinds.model import Provenance
from inspection.imports.kinds.packing import number_array

_FIELDS = ", ".join(("urn", *SHARED, *CLOSURE, *REGISTER_ONLY))
_LISTED = ", ".join(f"e.{name}" for name in ("urn", *SHARED, *CLOSURE, *REGISTER_ONLY))


def add_schools(connection: Connection, source: Provenance) -> list[int]:
    """Add the establishments that are open, or are to open, and that no file listed yet; return them."""
    return list(
        connection.scalars(
            text(
                f"INSERT INTO schools ({_FIELDS}, content_hash, source_id, known_since)"
                f" SELECT {_LISTED}, ''::bytea, e.source_id, e.known_since FROM establishments e"
                f" WHERE e.status <> '{CLOSED}' AND e.source_id = :source"
                " AND NOT EXISTS (SELECT FROM schools s WHERE s.urn = e.urn) ORDER BY e.urn RETURNING urn"
            ),
            {"source": source.id},
        )
    )


def fill_places(connection: Connection, source: Provenance) -> list[int]:
    """Say where schools are that the file of places does not tell of; return those that are new or moved."""
    return list(
        connection.scalars(
            text(
                "INSERT INTO school_locations AS l (urn, lat, lng, content_hash, source_id)"
                " SELECT e.urn, e.lat, e.lng, ''::bytea, e.source_id"
                " FROM establishments e JOIN schools s ON s.urn = e.urn WHERE e.lat IS NOT NULL"
                " ON CONFLICT (urn) DO UPDATE SET lat = excluded.lat, lng = excluded.lng,"
                " source_id = excluded.source_id"
                " WHERE (l.lat, l.lng) IS DISTINCT FROM (excluded.lat, excluded.lng) AND EXISTS ("
                "SELECT FROM sources o WHERE o.id = l.source_id AND o.name = :kind) RETURNING urn"
            ),
            {"kind": source.name},
        )
    )


def closed_now(connection: Connection, source: Provenance) -> list[int]:
    """Return the schools of which this load says that they have closed."""
    return list(
        connection.scalars(
            text(
                "SELECT urn FROM school_changes WHERE source_id = :source AND field = 'status'"
                f" AND after = to_jsonb('{CLOSED}'::text) ORDER BY urn"
            ),
            {"source": source.id},
        )
    )


def kept_for_lineage(connection: Connection, urns: Collection[int]) -> int:
    """Count those of these establishments that closed before any file told of them."""
    return int(
        connection.scalar(
            text(
                "SELECT count(*) FROM establishments e WHERE e.urn = ANY(CAST(:urns AS int[]))"
                " AND NOT EXISTS (SELECT FROM schools s WHERE s.urn = e.urn)"
            ),
            {"urns": number_array(urns)},
        )
        or 0
    )
