"""Who keeps facts is told of the schools whose free meals may be told otherwise than before."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, text

from inspection.disadvantage import meals_sql
from inspection.imports.kinds.repository import tell_schools

_TOLD = f"""
SELECT m.urn, m.period, m.status, m.value, m.told_under = :rule, census.as_at
FROM pupil_measures m JOIN schools s ON s.urn = m.urn JOIN sources census ON census.id = m.source_id
WHERE m.measure = :measure AND m.period = {meals_sql.NEWEST}"""  # noqa: S608 - fixed fragments


@contextmanager
def telling_of_meals(connection: Connection) -> Iterator[None]:
    """Write an event for each school of which something else is told after the block than before it."""
    before = _told(connection)
    yield
    after = _told(connection)
    tell_schools(connection, {urn for urn in before.keys() | after.keys() if before.get(urn) != after.get(urn)})


def _told(connection: Connection) -> dict[int, tuple[Any, ...]]:
    return {urn: tuple(told) for urn, *told in connection.execute(text(_TOLD), meals_sql.parameters())}
