"""The outbox: events are written in the transaction of the change they tell of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from sqlalchemy import BigInteger, Connection, column, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from shared.telemetry.context import current_context

_APPEND = text(
    """
    INSERT INTO outbox (type, subject, data, traceparent)
    SELECT type, subject, data, :traceparent
    FROM unnest(CAST(:types AS text[]), CAST(:subjects AS text[]), CAST(:documents AS jsonb[]))
        WITH ORDINALITY AS event (type, subject, data, place)
    ORDER BY place
    """
)


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event to be told: `type` names what happened, `subject` what it happened to; `data` is a JSON object."""

    type: str
    subject: str
    data: Mapping[str, Any] = field(default_factory=dict)


def append(connection: Connection, events: Sequence[NewEvent]) -> None:
    """Write the events, in this order, in the connection's transaction.

    Append after the changed rows are locked or written: two changes of one row are then told in their order.
    SQL that changes many rows may `INSERT INTO outbox (type, subject, data) SELECT …` itself, under the same rule.
    """
    if events:
        connection.execute(_APPEND, values_of(events))


async def append_async(session: AsyncSession | AsyncConnection, events: Sequence[NewEvent]) -> None:
    """Write the events, in this order, in the session's transaction; the rule of `append` holds."""
    if events:
        await session.execute(_APPEND, values_of(events))


APPENDED: Final = text(f"{_APPEND.text} RETURNING id").columns(column("id", BigInteger)).cte("told")
"""The same as part of a statement that changes a row: `statement.add_cte(APPENDED)`, run with `values_of(events)`."""


def values_of(events: Sequence[NewEvent]) -> dict[str, Any]:
    """Return what the statements that append events take."""
    context = current_context()
    return {
        "types": [event.type for event in events],
        "subjects": [event.subject for event in events],
        "documents": [orjson.dumps(dict(event.data), option=orjson.OPT_NON_STR_KEYS).decode() for event in events],
        "traceparent": context.traceparent if context else None,
    }
