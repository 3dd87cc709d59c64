"""Who keeps facts is told of the schools whose free meals may be told otherwise than before."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text

from inspection.disadvantage import meals_sql
from inspection.imports.kinds.repository import tell_schools

_TOLD = f"""
SELECT string_agg(CAST(ROW(m.urn, m.period, m.status, m.value, m.told_under = :rule, census.as_at) AS text), chr(10))
FROM pupil_measures m JOIN schools s ON s.urn = m.urn JOIN sources census ON census.id = m.source_id
WHERE m.measure = :measure AND m.period = {meals_sql.NEWEST}"""  # noqa: S608 - fixed fragments


@contextmanager
def telling_of_meals(connection: Connection) -> Iterator[None]:
    """Write an event for each school of which something else is told after the block than before it."""
    before = _told(connection)
    yield
    after = _told(connection)
    if before != after:
        tell_schools(connection, {*map(_urn, {*before.splitlines()} ^ {*after.splitlines()})})


def _told(connection: Connection) -> str:
    """Return what is told, a line for each school: as one value, for to fetch a row for each takes twice as long."""
    told: str | None = connection.scalar(text(_TOLD), meals_sql.parameters())
    return told or ""


def _urn(line: str) -> int:
    return int(line.removeprefix("(").partition(",")[0])
