"""References that triggers keep, one question for a whole load, as foreign keys would."""

import psycopg
import pytest
from services.inspection.tests.files import latest, ofsted_file, school
from services.inspection.tests.integration.imports.conftest import Importer, Rows


async def loaded(importer: Importer) -> None:
    trust = {"Multi-academy trust UID": "5143", "Type of education": "Academy Converter"}
    document = await importer.send(ofsted_file([{**school(**trust), **latest("01/10/2023")}]))
    assert document["rows"]["created"] == 1, document


@pytest.mark.parametrize(
    ("copied", "constraint"),
    [
        ("inspections|id, urn|gen_random_uuid(), 999999", "fk_inspections_urn"),
        ("memberships|urn|999999", "fk_memberships_urn"),
        ("memberships|trust_uid, first_seen_on, left_on|'9', '2020-01-01', '2021-01-01'", "fk_memberships_trust_uid"),
    ],
)
async def test_rows_must_refer_to_one_that_is_there(
    importer: Importer, rows: Rows, copied: str, constraint: str
) -> None:
    await loaded(importer)
    table, names, values = copied.split("|")
    changed = [name.strip() for name in names.split(",")]
    (columns,) = rows.all(
        "SELECT string_agg(attname, ', ') AS kept FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
        " AND NOT attisdropped AND attidentity = '' AND attname <> ALL(%s)",
        table,
        changed,
    )
    kept = columns["kept"]
    with pytest.raises(psycopg.errors.ForeignKeyViolation) as refused:
        rows.all(f"INSERT INTO {table} ({kept}, {names}) SELECT {kept}, {values} FROM {table}")
    assert refused.value.diag.constraint_name == constraint


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM schools",
        "TRUNCATE schools CASCADE",
        "UPDATE schools SET urn = urn + 1",
        "DELETE FROM school_groups",
        "UPDATE sources SET id = DEFAULT",
        "DELETE FROM sources",
        "UPDATE inspections SET urn = 999999",
        "UPDATE memberships SET trust_uid = '9'",
    ],
)
async def test_what_is_referred_to_stays(importer: Importer, rows: Rows, change: str) -> None:
    await loaded(importer)
    with pytest.raises(psycopg.errors.IntegrityConstraintViolation):
        rows.all(change)
