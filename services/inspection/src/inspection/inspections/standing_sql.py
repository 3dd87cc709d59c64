"""What is to be seen, and what stood on a day: of each inspection the version that was in force by then.

A version of a file is in force from the date the file speaks for, one made here from the day it was made; the first one
from the day the inspection is to be seen. So `:as_of` finds what a reader could have read on that day.
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

_IN_FORCE_FROM: Final = "coalesce({source}.as_at, CAST({recorded} AT TIME ZONE 'UTC' AS date))"
_NOW_FROM: Final = _IN_FORCE_FROM.format(source="now_source", recorded="now.recorded_at")
_THEN_FROM: Final = _IN_FORCE_FROM.format(
    source="e_source", recorded="CAST(e.content ->> 'recorded_at' AS timestamptz)"
)

# `i` is the row as it stood, `now` as it is: conditions on `now` are those an index can serve
STANDING: Final = f"""inspections now
LEFT JOIN sources now_source ON now_source.id = now.source_id
LEFT JOIN LATERAL (
    SELECT e.version, e.content, e.source_id
    FROM inspection_versions e LEFT JOIN sources e_source ON e_source.id = e.source_id
    WHERE e.inspection_id = now.id AND {_NOW_FROM} > :as_of AND (e.version = 1 OR {_THEN_FROM} <= :as_of)
    ORDER BY e.version DESC
    LIMIT 1) v ON true
CROSS JOIN LATERAL {KEPT_VERSION} AS i"""
