"""What is to be seen, and what stood on a day: of each inspection the version that was in force by then.

A version of a file is in force from the date the file speaks for, one made here from the day it was made; the earliest
from the day the inspection is to be seen. So `:as_of` finds what a reader could have read on that day. Versions are
numbered as they were recorded, and an older file's comes late: which follows which is told by the dates.
"""

# ruff: noqa: S608 - statements are put together from fixed fragments; every value is bound

from typing import Final

# an inspection is to be seen from its publication, or from its start where the day of publication is not known
_SEEN: Final = "i.state = 'published' AND coalesce(i.published_on, i.starts_on) <= {day}"
VISIBLE: Final = _SEEN.format(day="current_date")
STOOD: Final = _SEEN.format(day=":as_of")

# a kept version as a row of the table: what an older file did not tell is taken from the present row
KEPT_VERSION: Final = """jsonb_populate_record(now,
    jsonb_build_object('narratives', NULL, 'summary', NULL, 'evidence_references', NULL,
        'recorded_by', NULL, 'recorded_at', NULL)
    || v.content || jsonb_build_object('version', v.version, 'source_id', v.source_id))"""

NEXT_VERSION: Final = "1 + (SELECT max(v.version) FROM inspection_versions v WHERE v.inspection_id = i.id)"

_IN_FORCE_FROM: Final = "coalesce({source}.as_at, CAST({recorded} AT TIME ZONE 'UTC' AS date))"
_NOW_FROM: Final = _IN_FORCE_FROM.format(source="now_source", recorded="now.recorded_at")
_KEPT_FROM: Final = _IN_FORCE_FROM.replace("{recorded}", "CAST({version}.content ->> 'recorded_at' AS timestamptz)")
_THEN_FROM: Final = _KEPT_FROM.format(source="e_source", version="e")
NEWEST_KEPT_FIRST: Final = f"{_KEPT_FROM.format(source='src', version='v')} DESC, v.version DESC"

# `i` is the row as it stood, `now` as it is: conditions on `now` are those an index can serve
STANDING: Final = f"""inspections now
LEFT JOIN sources now_source ON now_source.id = now.source_id
LEFT JOIN LATERAL (
    SELECT e.version, e.content, e.source_id
    FROM inspection_versions e LEFT JOIN sources e_source ON e_source.id = e.source_id
    WHERE e.inspection_id = now.id AND {_NOW_FROM} > :as_of
    ORDER BY least(0, :as_of - {_THEN_FROM}) DESC, {_THEN_FROM} DESC,
        CASE WHEN {_THEN_FROM} <= :as_of THEN e.version ELSE -e.version END DESC
    LIMIT 1) v ON true
CROSS JOIN LATERAL {KEPT_VERSION} AS i"""
