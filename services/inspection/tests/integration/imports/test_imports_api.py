"""The resource itself: who may send and see imports, and what is refused at once."""

import httpx
from services.inspection.tests.files import OFSTED, ofsted_file, school
from services.inspection.tests.integration.imports.conftest import Importer, Rows

from shared.testing.tokens import bearer

CONTENT = ofsted_file([school()])


async def post(
    client: httpx.AsyncClient, name: str = "x_2025-08-31.csv", kind: str = OFSTED, **headers: str
) -> httpx.Response:
    return await client.post("/v1/imports", files={"file": (name, CONTENT)}, data={"kind": kind}, headers=headers)


class TestAccess:
    async def test_no_token(self, client: httpx.AsyncClient) -> None:
        response = await post(client, Authorization="")
        assert response.status_code == 401

    async def test_reading_does_not_allow_writing(self, client: httpx.AsyncClient) -> None:
        assert (await post(client, **bearer(scope="imports:read"))).status_code == 403

    async def test_imports_belong_to_the_organisation_that_sent_them(self, importer: Importer) -> None:
        document = await importer.send(ofsted_file([school(Region="Mercia")]))
        path = f"/v1/imports/{document['id']}"
        other = bearer(scope="imports:read imports:write", org="trust:5143", role="trust")
        for target in (path, f"{path}/rejections"):
            assert (await importer.client.get(target, headers=other)).status_code == 404
        assert (await importer.client.delete(path, headers=other)).status_code == 404
        assert (await importer.client.get("/v1/imports", headers=other)).json()["data"] == []


class TestSending:
    async def test_is_answered_with_the_import(self, client: httpx.AsyncClient) -> None:
        response = await post(client)
        document = response.json()
        assert response.status_code == 202
        assert response.headers["Location"] == f"/v1/imports/{document['id']}"
        assert (document["state"], document["as_at"], document["kind"]) == ("queued", "2025-08-31", OFSTED)
        assert document["rows"]["read"] is None

    async def test_without_a_date_or_with_none_that_may_be(self, client: httpx.AsyncClient) -> None:
        for name in ("latest.csv", "latest_2999-01-01.csv", "latest_1992-08-31.csv", "latest_0001-01-01.csv"):
            response = await post(client, name)
            assert response.status_code == 422
            assert response.json()["errors"][0]["pointer"] == "/as_at"

    async def test_a_mistake_in_the_form_is_told_by_field_and_another_kind_of_body_is_415(
        self, client: httpx.AsyncClient
    ) -> None:
        file = {"file": ("x_2025-08-31.csv", CONTENT)}
        for data, field in (({}, "/kind"), ({"kind": OFSTED, "as_at": "31/05/2026"}, "/as_at")):
            answer = await client.post("/v1/imports", files=file, data=data)
            assert answer.status_code == 422
            assert [error["pointer"] for error in answer.json()["errors"]] == [field]
        assert (await client.post("/v1/imports", json={"kind": OFSTED})).status_code == 415

    async def test_a_part_that_is_there_twice_is_refused(self, client: httpx.AsyncClient) -> None:
        part = ("file", ("x_2025-08-31.csv", CONTENT, "text/csv"))
        for parts, field in (([part, part], "/file"), ([part, ("kind", (None, "leaders"))], "/kind")):
            answer = await client.post("/v1/imports", files=[("kind", (None, OFSTED)), *parts])
            assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, field)
            assert answer.json()["errors"][0]["code"] == "repeated"

    async def test_kinds_that_are_not_loaded_here_name_those_that_are(self, client: httpx.AsyncClient) -> None:
        for kind in ("leaders", "nonsense"):
            response = await post(client, kind=kind)
            assert response.status_code == 422
            error = response.json()["errors"][0]
            assert (error["pointer"], error["code"]) == ("/kind", "unsupported_kind")
            assert OFSTED in response.json()["detail"]
            listed = await client.get("/v1/imports", params={"kind": kind})
            assert (listed.status_code, listed.json()["errors"][0]["pointer"]) == (422, "kind")
            assert kind in listed.json()["detail"]

    async def test_the_same_key_is_the_same_import(self, client: httpx.AsyncClient, rows: Rows) -> None:
        first = await post(client, **{"Idempotency-Key": "a"})
        second = await post(client, **{"Idempotency-Key": "a"})
        other = await post(client, name="x_2025-09-30.csv", **{"Idempotency-Key": "a"})
        assert first.json()["id"] == second.json()["id"]
        assert (second.status_code, other.status_code) == (202, 422)
        assert rows.count("imports") == 1

    async def test_cancelled_before_it_ran(self, client: httpx.AsyncClient, rows: Rows) -> None:
        path = (await post(client)).headers["Location"]
        for _ in range(2):
            assert (await client.delete(path)).json()["state"] == "cancelled"
        assert rows.count("schools") == 0

    async def test_are_listed_newest_first(self, client: httpx.AsyncClient) -> None:
        sent = [(await post(client)).json()["id"] for _ in range(3)]
        first = (await client.get("/v1/imports", params={"limit": 2, "include_total": True})).json()
        second = (await client.get(first["paging"]["next_url"])).json()
        assert [each["id"] for each in [*first["data"], *second["data"]]] == sent[::-1]
        assert first["paging"]["total"] == 3
