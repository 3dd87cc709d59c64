"""The SQL of report cards: the hottest read of the service, one statement, prepared."""

# ruff: noqa: S608 - statements are put together from fixed fragments; every value is bound

from datetime import date
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from inspection.inspections.repository import INSPECTION_COLUMNS
from inspection.inspections.standing_sql import STANDING, STOOD, VISIBLE
from inspection.rows import Row, fetch_all
from inspection.schools.history_sql import SOURCE_THEN, schools_then
from inspection.schools.listing_sql import SOURCE_ID
from shared.db.session import Database

_COLUMNS = INSPECTION_COLUMNS.replace("i.id, i.urn,", "i.id AS inspection_id, i.source_id AS inspection_source_id,")


class _Read(NamedTuple):
    """What a card is made from: schools `s` of a URN, the file that told of one, and inspections `i` to be seen."""

    schools: str
    urn: str
    register_source: str
    inspections: str
    visible: str


_NOW = _Read("schools", "$1", SOURCE_ID, "inspections i WHERE i.urn = s.urn", VISIBLE)
_THEN = _Read(schools_then(one=True), ":urn", SOURCE_THEN, f"{STANDING} WHERE now.urn = s.urn", STOOD)


def _card(columns: str, inspection_columns: str, read: _Read) -> str:
    return f"""
SELECT {columns}
FROM {read.schools} s
LEFT JOIN school_groups g ON g.uid = s.trust_uid
LEFT JOIN LATERAL (
    SELECT {inspection_columns}
    FROM {read.inspections} AND i.evidence AND i.kind = 'graded' AND {read.visible}
    ORDER BY i.starts_on DESC, i.id DESC
    LIMIT 1) i ON true
LEFT JOIN sources src ON src.id = CASE WHEN i.inspection_id IS NULL THEN {read.register_source}
    ELSE i.inspection_source_id END
WHERE s.urn = {read.urn}"""


_SHOWN = """s.urn, s.name, s.phase, s.status, s.region, s.la_code, s.rb_kind, s.rb_id, s.rb_reason, s.report_url,
    s.low_age, s.high_age, s.sixth_form,
    g.name AS trust_name, i.*, src.name AS source_name, src.as_at AS source_as_at, src.loaded_at AS source_loaded_at"""

# every write of a row gives it the number of another transaction, so equal numbers are equal rows
_STATE = "concat(s.xmin, '.', g.xmin, '.', i.inspection_id, '.', i.made_by, '.', src.xmin)"
_OF_STATE = "i.id AS inspection_id, i.source_id AS inspection_source_id, i.xmin AS made_by"
_LATEST_STATE = _card(f"{_STATE} AS state", _OF_STATE, _NOW)
_LATEST_CARD = _card(f"{_SHOWN}, {_STATE} AS state", f"{_COLUMNS}, i.xmin AS made_by", _NOW)
_CARD_ON = _card(_SHOWN, _COLUMNS, _THEN)


async def latest_card(database: Database, urn: int) -> Row | None:
    """Return a school with its latest graded inspection, and the state of its rows; None where there is no school.

    The inspection's columns are null where there is none.
    """
    return (await database.hot_reads.fetch(_LATEST_CARD, [urn])).first()


async def latest_card_state(database: Database, urn: int) -> str | None:
    """Return in what state the rows are that `latest_card` would give: the same state, the same rows."""
    rows = await database.hot_reads.fetch(_LATEST_STATE, [urn])
    return rows.sent[0][0] if rows else None


async def card_on(reads: AsyncConnection, urn: int, as_of: date) -> Row:
    """Return a school as it was on a day, with the graded inspection that was its latest then, in its version of then.

    The school must have been known by then.
    """
    return (await fetch_all(reads, _CARD_ON, {"urn": urn, "as_of": as_of}))[0]
