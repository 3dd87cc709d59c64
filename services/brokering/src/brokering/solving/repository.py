"""All SQL of the transaction that stores a solved round."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection, RowMapping, text

_ROUND = text(
    "SELECT scope, window_from, window_to, weights, pinned, excluded, cross_region, distance_cap_km, stability, broker,"
    " split, policy_version FROM matching_rounds WHERE id = :id"
)
_HOLD = text("SELECT id FROM needs WHERE id = ANY (CAST(:needs AS uuid[])) ORDER BY id FOR KEY SHARE")
_SUPERSEDE = text(
    """
    UPDATE proposals SET state = 'superseded', updated_at = now()
    WHERE state = 'proposed' AND need_id = ANY (CAST(:needs AS uuid[]))
    RETURNING id, round_id, need_id, leader_id
    """
)
_FINISH = text(
    """
    UPDATE matching_rounds
    SET needs = :needs, leaders = :leaders, pairs = :pairs, matched = :matched, unmatched = :unmatched,
        weighted_matched = :weighted_matched, total_suitability = :total_suitability, bound_matched = :bound_matched,
        bound_weighted = :bound_weighted, bound_total_suitability = :bound_total_suitability, optimal = :optimal,
        gap = :gap, kept = :kept,
        split_outcome = CAST(:split_outcome AS jsonb), proof = CAST(:proof AS jsonb),
        upstream = CAST(:upstream AS jsonb),
        warnings = CAST(:warnings AS jsonb), finished_at = clock_timestamp()
    WHERE id = :id
    """
)
_TELL = text(
    """
    INSERT INTO outbox (type, subject, data)
    SELECT :type, event.data ->> 'id', event.data
    FROM jsonb_array_elements(CAST(:events AS jsonb)) WITH ORDINALITY AS event (data, place) ORDER BY place
    """
)
CHUNK = 200


def round_row(connection: Connection, round_id: UUID) -> RowMapping:
    """Return what the round was asked to do."""
    return connection.execute(_ROUND, {"id": round_id}).mappings().one()


def hold_needs(connection: Connection, need_ids: Sequence[str]) -> None:
    """Keep the needs from being locked by an offer until the end: needs are locked before proposals, always."""
    connection.execute(_HOLD, {"needs": list(need_ids)})


def supersede(connection: Connection, need_ids: Sequence[str]) -> Sequence[RowMapping]:
    """Supersede what is proposed for these needs and nobody has acted on; return it."""
    return connection.execute(_SUPERSEDE, {"needs": list(need_ids)}).mappings().all()


def add_rows(connection: Connection, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Insert many rows of the same columns, some hundred at a time (COPY does not write under row-level security)."""
    left = iter(rows)
    while chunk := list(islice(left, CHUNK)):
        columns = ", ".join(chunk[0])
        statement = text(
            f"INSERT INTO {table} ({columns})"  # noqa: S608 - names of our own tables and columns
            f" SELECT {columns} FROM jsonb_populate_recordset(NULL::{table}, CAST(:rows AS jsonb))"
        )
        connection.execute(statement, {"rows": _text(chunk)})


def finish(connection: Connection, round_id: UUID, figures: Mapping[str, Any], warnings: Sequence[str]) -> None:
    """Write the round's figures."""
    documents = {name: _text(figures[name]) for name in ("proof", "upstream", "split_outcome")}
    connection.execute(_FINISH, {**figures, **documents, "warnings": _text(list(warnings)), "id": round_id})


def tell(connection: Connection, kind: str, events: Sequence[Mapping[str, Any]]) -> None:
    """Write events to the outbox; each one's `id` is its subject."""
    if events:
        connection.execute(_TELL, {"type": kind, "events": _text(list(events))})


def _text(document: object) -> str:
    return orjson.dumps(document, default=str).decode()
