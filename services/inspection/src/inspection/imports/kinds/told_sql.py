"""What a load changes beside the register's fields: stays in trusts, inspections, figures of pupils, groups and links.

The changes wait in a temporary table of the load's transaction until they are kept with the import; a dry run that
takes all else back keeps them too. Schools that the load adds are not among them, nor what it tells of these.
"""

# ruff: noqa: S608 - statements are put together from names of ours; every value is bound

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson
from sqlalchemy import Connection, text

from inspection.imports.kinds.packing import number_array

MEMBERSHIP: Final = "membership"
INSPECTION: Final = "inspection"
PUPIL_DATA: Final = "pupil_data"


@dataclass(frozen=True, slots=True)
class Telling:
    """How a changed row of a table is told: what it concerns, the columns that say which one it is, and the fields."""

    concerns: str
    fields: Sequence[str]
    subject: Sequence[str] = ()
    of_school: bool = True


_JUDGED: Final = """jsonb_build_object('overall', v.content -> 'overall',
    'category_of_concern', v.content -> 'category_of_concern', 'grades', v.content -> 'grades')"""
_STAY: Final = ("urn", "uid", "field", "before", "after")
_ADD: Final = "INSERT INTO told (urn, concerns, subject, field, before, after)"


def begin(connection: Connection) -> None:
    """Make room for the changes of a load."""
    connection.execute(
        text(
            "CREATE TEMP TABLE told (id int GENERATED ALWAYS AS IDENTITY, urn int, concerns text, subject text,"
            " field text, before jsonb, after jsonb) ON COMMIT DROP"
        )
    )


def staged_rows(connection: Connection, table: str, key: Sequence[str], telling: Telling) -> None:
    """Keep how rows of a table differ from those that are staged to replace them."""
    same = " AND ".join(f"target.{name} = incoming.{name}" for name in key)
    names = ", ".join(f"('{name}', to_jsonb(target.{name}), to_jsonb(incoming.{name}))" for name in telling.fields)
    subject = (
        f"concat_ws('/', {', '.join(f'target.{name}' for name in telling.subject)})" if telling.subject else "NULL"
    )
    urn = "target.urn" if telling.of_school else "NULL"
    connection.execute(
        text(
            f"{_ADD} SELECT {urn}, '{telling.concerns}', {subject}, f.field, f.before, f.after"
            f" FROM incoming JOIN {table} AS target ON {same}"
            f" CROSS JOIN LATERAL (VALUES {names}) AS f (field, before, after)"
            f" WHERE f.before IS DISTINCT FROM f.after ORDER BY {', '.join(f'target.{name}' for name in key)}, f.field"
        )
    )


def stays(connection: Connection, changes: Sequence[tuple[int, str, str, Any, Any]]) -> None:
    """Keep changes of stays in trusts: URN, the trust's UID, field, from, to."""
    if changes:
        connection.execute(
            text(
                f"{_ADD} SELECT t.urn, '{MEMBERSHIP}', t.uid, t.field, t.before, t.after"
                " FROM jsonb_to_recordset(CAST(:changes AS jsonb))"
                " AS t (urn int, uid text, field text, before jsonb, after jsonb)"
            ),
            {"changes": orjson.dumps([dict(zip(_STAY, each, strict=True)) for each in changes]).decode()},
        )


def added_inspections(connection: Connection, urns: Collection[int], source_id: int) -> None:
    """Keep that these schools have inspections which this load was the first to tell of."""
    if urns:
        connection.execute(
            text(
                f"{_ADD} SELECT urn, '{INSPECTION}', id::text, 'inspection', NULL, jsonb_build_object("
                "'number', number, 'framework', framework, 'kind', kind, 'starts_on', starts_on)"
                " FROM inspections WHERE source_id = :source AND urn = ANY(CAST(:urns AS int[]))"
                " ORDER BY urn, starts_on, id"
            ),
            {"source": source_id, "urns": number_array(urns)},
        )


def of_written_inspections(fields: Sequence[str]) -> str:
    """Return the rest of a statement whose `written` are inspections as they were changed: it keeps how they differ."""
    names = ", ".join(f"('{name}', to_jsonb(was.{name}), to_jsonb(written.{name}))" for name in fields)
    return f"""{_ADD}
SELECT written.urn, '{INSPECTION}', written.id::text, f.field, f.before, f.after
FROM written
JOIN inspections was ON was.id = written.id
CROSS JOIN LATERAL (
    VALUES {names}
    UNION ALL
    SELECT 'areas/' || area || '/grade', to_jsonb(was.grades -> area), to_jsonb(written.grades -> area)
    FROM (SELECT json_object_keys(was.grades) UNION SELECT json_object_keys(written.grades)) AS areas (area)
    UNION ALL
    SELECT 'areas/' || area || '/judged_on', to_jsonb(was.judged_on -> area), to_jsonb(written.judged_on -> area)
    FROM (SELECT json_object_keys(was.judged_on) UNION SELECT json_object_keys(written.judged_on)) AS areas (area)
) AS f (field, before, after)
WHERE f.before IS DISTINCT FROM f.after
ORDER BY written.urn, written.id, f.field"""


def recalled_inspection(connection: Connection, inspection_id: object) -> None:
    """Keep that an older file gave an inspection one version more, and what it says."""
    connection.execute(
        text(
            f"{_ADD} SELECT i.urn, '{INSPECTION}', i.id::text, 'version', NULL, jsonb_build_object('number', v.version)"
            f" || {_JUDGED} FROM inspections i JOIN inspection_versions v ON v.inspection_id = i.id"
            " WHERE i.id = :id ORDER BY v.version DESC LIMIT 1"
        ),
        {"id": inspection_id},
    )
