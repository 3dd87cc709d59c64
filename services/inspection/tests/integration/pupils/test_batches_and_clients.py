"""Bulk writes row by row, and clients that a trust lets in and shuts out."""

from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from services.inspection.tests.integration.pupils.conftest import ACADEMY, OTHERS, TERM, People, figures, path_of, shown
from services.inspection.tests.integration.reads.rows import Register
from sqlalchemy import create_engine

from inspection.models import Base
from shared.db.session import sqlalchemy_url
from shared.testing.plugin import DatabaseUrls

OWN, OTHER, VENDOR = "trust:5143", "trust:5144", "mis:vendor"
BATCHES = "/v1/progress-data/batches"
CLIENT = "/v1/trusts/5143/data-clients/vendor-1"
SCOPE = "progress:read progress:write"


def row(urn: int = ACADEMY, period: str = TERM, **values: Any) -> dict[str, Any]:
    return {"urn": urn, "period": period, **figures(**(values or {"pupils_on_roll": 380}))}


async def send(people: People, *rows: Any, org: str = OWN, **request: Any) -> dict[str, Any]:
    answer = await people.send(org, "POST", BATCHES, json={"rows": list(rows)}, **request)
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


class TestABatch:
    async def test_needs_the_scope(self, people: People) -> None:
        assert (await people.send(OWN, "POST", BATCHES, scope="progress:read", json={"rows": []})).status_code == 403

    async def test_answers_row_by_row_and_a_bad_row_loses_no_good_one(self, people: People) -> None:
        document = await send(
            people,
            row(),
            row(OTHERS),
            row(period="2025-26-winter"),
            row(period="2024-25-summer", pupils_on_roll=10, fsm_eligible=11),
            {**row(), "upn": "A123"},
            row(),
            "nonsense",
            row(period="2024-25-autumn"),
        )
        assert [each["status"] for each in document["data"]] == ["created", *["rejected"] * 6, "created"]
        assert [each["errors"][0]["code"] for each in document["data"] if each["errors"]] == [
            "not_found", "unknown_period", "count_above_cohort", "unknown_field", "duplicate", "invalid",
        ]  # fmt: skip
        assert document["counts"] == {"received": 8, "created": 2, "changed": 0, "unchanged": 0, "rejected": 6}
        assert (await people.send(OWN, "GET", path_of(term="2024-25-autumn"))).status_code == 200
        rejected = await people.send(OWN, "GET", f"{BATCHES}/{document['id']}/rejections", params={"limit": 4})
        assert [each["row"] for each in rejected.json()["data"]] == [2, 3, 4, 5]
        following = await people.send(OWN, "GET", rejected.json()["paging"]["next_url"])
        assert [each["row"] for each in following.json()["data"]] == [6, 7]
        assert (await people.send(OTHER, "GET", f"{BATCHES}/{document['id']}")).status_code == 404

    async def test_says_which_cells_contradict_each_other_and_repeats_no_figure(self, people: People) -> None:
        document = await send(
            people,
            row(pupils_on_roll=3, fsm_eligible=4),
            row(pupils_on_roll=3, attendance=(94, 4)),
            row(pupils_on_roll=30, fsm_eligible=(4, 3)),
            row(progress_below=(4, 5), progress_expected=(2, 5)),
            row(attainment_expected=(3, 40), attainment_higher=(4, 40)),
            row(attendance=(-3, 40)),
            row(pupils_on_roll=4.5),
        )
        errors = [error for each in document["data"] for error in each["errors"]]
        assert [error["code"] for error in errors] == [
            "count_above_cohort", "cohort_above_roll", "cohort_is_not_the_roll", "count_above_cohort",
            "parts_above_whole", "part_above_whole", "out_of_range", "not_whole",
        ]  # fmt: skip
        assert "fsm_eligible" in errors[0]["detail"]
        assert "progress_below, progress_expected" in errors[4]["detail"]
        for error in errors:
            assert not set(error["detail"].replace("between 0 and 100", "")) & set("0123456789"), error

    async def test_replaces_and_leaves_alone(self, people: People) -> None:
        await send(people, row())
        again = await send(people, row())
        assert [(each["status"], each["version"]) for each in again["data"]] == [("unchanged", 1)]
        changed = await send(people, row(pupils_on_roll=400))
        assert [(each["status"], each["version"]) for each in changed["data"]] == [("changed", 2)]

    async def test_takes_a_table(self, people: People) -> None:
        table = (
            "urn,period,pupils_on_roll,fsm_eligible,attendance,attendance_cohort,progress_score\n"
            f"{ACADEMY},{TERM},380,0,94.2,370,not_collected\n"
            f"{ACADEMY},2024-25-summer,x,,,,\n"
            f"{ACADEMY},2024-25-spring,380\n"
        )
        headers = {"Content-Type": "text/csv"}
        answer = await people.send(OWN, "POST", BATCHES, content=table, headers=headers)
        assert [each["status"] for each in answer.json()["data"]] == ["created", "rejected", "rejected"]
        assert answer.json()["data"][1]["errors"][0]["pointer"] == "/measures/0/value"
        assert shown((await people.send(OWN, "GET", path_of())).json()) == {
            "pupils_on_roll": (380, "value"),
            "fsm_eligible": (0, "value"),
            "attendance": (94.2, "value"),
            "progress_score": (None, "not_collected"),
        }

    @pytest.mark.parametrize("header", ["urn,period,upn", "urn,pupils_on_roll", "urn,period,period", ""])
    async def test_of_columns_that_are_not_known_is_refused_whole(self, people: People, header: str) -> None:
        headers = {"Content-Type": "text/csv"}
        assert (await people.send(OWN, "POST", BATCHES, content=header, headers=headers)).status_code == 422

    async def test_of_another_kind_is_refused(self, people: People) -> None:
        headers = {"Content-Type": "application/xml"}
        assert (await people.send(OWN, "POST", BATCHES, content="<a/>", headers=headers)).status_code == 415
        headers = {"Content-Type": "application/json"}
        assert (await people.send(OWN, "POST", BATCHES, content="{", headers=headers)).status_code == 422

    async def test_of_the_same_key_is_done_once(self, people: People) -> None:
        key = {"Idempotency-Key": "a"}
        first = await send(people, row(), headers=key)
        assert (await send(people, row(), headers=key)) == first
        other = await people.send(OWN, "POST", BATCHES, json={"rows": [row(pupils_on_roll=1)]}, headers=key)
        assert other.status_code == 422

    async def test_of_thousands_of_rows(self, people: People, register: Register) -> None:
        schools = range(200_001, 200_041)
        for urn in schools:
            register.school(urn, trust="5143")
        terms = [f"{year}-{(year + 1) % 100:02d}-{term}" for year in range(2004, 2025) for term in ("autumn", "spring")]
        rows = [row(urn, term) for urn in schools for term in terms]
        document = await send(people, *rows, *rows)
        assert document["counts"]["created"] == len(rows)
        assert document["counts"]["rejected"] == len(rows)


class TestAClientThatATrustLetsIn:
    async def test_reads_and_writes_for_its_schools_until_it_is_shut_out(self, people: People) -> None:
        vendor = {"scope": SCOPE, "client_id": "vendor-1"}
        body = figures(pupils_on_roll=380)
        assert (await people.send(VENDOR, "PUT", path_of(), json=body, **vendor)).status_code == 404
        assert (await people.send(OWN, "PUT", CLIENT)).status_code == 201
        assert (await people.send(OWN, "PUT", CLIENT)).status_code == 200
        assert (await people.send(VENDOR, "PUT", path_of(), json=body, **vendor)).status_code == 201
        assert (await people.send(VENDOR, "GET", path_of(), **vendor)).status_code == 200
        assert (await people.send(VENDOR, "PUT", path_of(OTHERS), json=body, **vendor)).status_code == 404
        document = await send(people, row(period="2024-25-autumn"), row(OTHERS), org=VENDOR, **vendor)
        assert [each["status"] for each in document["data"]] == ["created", "rejected"]
        another = {**vendor, "client_id": "vendor-2"}
        assert (await people.send(VENDOR, "GET", path_of(), **another)).status_code == 404
        assert (await people.send(VENDOR, "POST", f"{path_of()}/release", **vendor)).status_code == 403
        assert (await people.send(OWN, "DELETE", CLIENT)).status_code == 204
        assert (await people.send(VENDOR, "GET", path_of(), **vendor)).status_code == 404
        assert (await people.send(VENDOR, "PUT", path_of(), json=body, **vendor)).status_code == 404
        assert (await people.send(OWN, "GET", CLIENT)).status_code == 404

    async def test_reads_its_batches_until_it_is_shut_out(self, people: People) -> None:
        vendor = {"scope": SCOPE, "client_id": "vendor-1"}
        await people.send(OWN, "PUT", CLIENT)
        wrong = row(period="2024-25-summer", pupils_on_roll=10, fsm_eligible=11)
        kept = [await send(people, *rows, org=VENDOR, **vendor) for rows in ([row(), row(OTHERS)], [wrong], [{
            **row(), "upn": "A123"}])]  # fmt: skip
        places = [f"{BATCHES}/{each['id']}{more}" for each in kept for more in ("", "/rejections")]
        for place in places:
            assert (await people.send(VENDOR, "GET", place, **vendor)).status_code == 200, place
        assert (await people.send(OWN, "DELETE", CLIENT)).status_code == 204
        for place in places:
            assert (await people.send(VENDOR, "GET", place, **vendor)).status_code == 404, place

    async def test_is_for_the_trust_itself_to_say(self, people: People) -> None:
        for org in (OTHER, "dfe", "la:201", VENDOR):
            assert (await people.send(org, "PUT", CLIENT)).status_code == 404, org
        assert (await people.send(OWN, "PUT", CLIENT, scope=SCOPE)).status_code == 403
        assert (await people.send(None, "PUT", CLIENT)).status_code == 401

    async def test_is_listed(self, people: People) -> None:
        await people.send(OWN, "PUT", CLIENT)
        listed = await people.send(OWN, "GET", "/v1/trusts/5143/data-clients")
        assert [each["client_id"] for each in listed.json()["data"]] == ["vendor-1"]
        assert (await people.send(OTHER, "GET", "/v1/trusts/5143/data-clients")).status_code == 404
        assert (await people.send("dfe", "GET", CLIENT)).status_code == 200


def test_models_and_migrations_agree(urls: DatabaseUrls) -> None:
    ours = {name for name in Base.metadata.tables if name.startswith(("progress_", "data_delegations"))}
    engine = create_engine(sqlalchemy_url(urls.owner))
    with engine.connect() as connection:
        opts = {"include_object": lambda _, name, kind, *__: kind != "table" or name in ours, "compare_type": True}
        assert compare_metadata(MigrationContext.configure(connection, opts=opts), Base.metadata) == []
    engine.dispose()
