"""What every service does alike, shown on a small one."""

import asyncio
import gc
from collections.abc import AsyncIterator
from typing import Any

import httpx
import psycopg
import pytest
from fastapi import FastAPI
from notes_service.app import HERE, create_app

from shared.application import create_service_app, serving
from shared.db.session import driver_url
from shared.errors import TooManyRequests
from shared.openapi import api_routes
from shared.rate_limit import WINDOW_SECONDS, RateLimiter
from shared.settings import ServiceSettings
from shared.testing.client import client_of
from shared.testing.plugin import DatabaseUrls
from shared.testing.tokens import bearer

WRITE = bearer(scope="notes:write notes:read")


def assert_problem(response: httpx.Response, status: int) -> dict[str, object]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body: dict[str, object] = response.json()
    assert body["status"] == status
    assert {"type", "title", "detail", "instance", "trace_id", "errors"} <= body.keys()
    return body


def test_collections_of_garbage_pass_over_what_a_process_starts_with() -> None:
    kept = {"a document": ["of the start"]}
    try:
        serving(FastAPI())
        assert not any(each is kept for each in gc.get_objects())
    finally:
        gc.unfreeze()
    assert any(each is kept for each in gc.get_objects())


class TestMediaTypes:
    @pytest.mark.parametrize("accept", ["application/pdf", "text/*", "application/json;q=0, text/html"])
    async def test_what_is_not_served_is_406_and_tells_what_is(self, client: httpx.AsyncClient, accept: str) -> None:
        body = assert_problem(await client.get("/v1/notes", headers={**WRITE, "Accept": accept}), 406)
        assert "application/json" in str(body["detail"])

    @pytest.mark.parametrize(
        "accept", ["", "*/*", "application/*", "application/pdf, */*;q=0.1", "text/html, application/json;q=0.9"]
    )
    async def test_json_is_served_to_whoever_takes_it(self, client: httpx.AsyncClient, accept: str) -> None:
        response = await client.get("/v1/notes", headers={**WRITE, "Accept": accept})
        assert response.headers["content-type"] == "application/json"


class TestWords:
    @pytest.mark.parametrize(
        ("body", "told"),
        [
            ("[]", "A JSON object is wanted here."),
            ("{", "The body is no JSON: it cannot be read from character 2 on."),
            ("{}", "This has to be there."),
            ('{"title": "t", "colour": "red"}', "There is no field of this name here."),
        ],
    )
    async def test_a_refusal_says_what_is_wanted(self, client: httpx.AsyncClient, body: str, told: str) -> None:
        headers = {**WRITE, "Content-Type": "application/json"}
        answer = await client.post("/v1/notes", content=body, headers=headers)
        assert_problem(answer, 422)
        assert told in [error["detail"] for error in answer.json()["errors"]]


class TestAccess:
    async def test_no_token_is_401_with_a_challenge(self, client: httpx.AsyncClient) -> None:
        response = await client.get("/v1/notes")
        assert_problem(response, 401)
        assert response.headers["www-authenticate"] == "Bearer"

    @pytest.mark.parametrize("body", [b"{", b"\xff", b'{"title": 1}'])
    async def test_no_token_is_401_whatever_the_body(self, client: httpx.AsyncClient, body: bytes) -> None:
        headers = {"Content-Type": "application/json"}
        assert_problem(await client.post("/v1/notes", content=body, headers=headers), 401)
        reader = bearer(scope="notes:read")
        assert_problem(await client.post("/v1/notes", content=body, headers={**headers, **reader}), 403)

    @pytest.mark.parametrize(
        "claims",
        [
            {"exp": 1},
            {"aud": "another"},
            {"iss": "https://another.test"},
            {"org": None},
        ],
    )
    async def test_a_token_that_does_not_hold_is_401(
        self, client: httpx.AsyncClient, claims: dict[str, object]
    ) -> None:
        assert_problem(await client.get("/v1/notes", headers=bearer(scope="notes:read", **claims)), 401)

    async def test_an_unsigned_token_is_401(self, client: httpx.AsyncClient) -> None:
        unsigned = "eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.eyJzdWIiOiJ4In0."
        assert_problem(await client.get("/v1/notes", headers={"Authorization": f"Bearer {unsigned}"}), 401)

    async def test_a_bad_token_is_401_on_a_public_route_too(self, client: httpx.AsyncClient) -> None:
        assert_problem(await client.get("/v1/anyone", headers={"Authorization": "Bearer x.y.z"}), 401)

    async def test_a_missing_scope_is_403(self, client: httpx.AsyncClient) -> None:
        assert_problem(await client.get("/v1/notes", headers=bearer(scope="other:read")), 403)

    async def test_a_client_cannot_sign(self, client: httpx.AsyncClient) -> None:
        assert_problem(await client.post("/v1/signatures", headers=bearer(scope="notes:sign")), 403)
        answer = await client.post("/v1/signatures", headers=bearer(scope="notes:sign", user="u-1"))
        assert answer.json() == {"by": "u-1"}

    async def test_every_route_declares_its_access(self, app: FastAPI) -> None:
        undeclared = [(method, path) for method, path, access in api_routes(app) if access is None]
        assert undeclared == []


class TestRate:
    @pytest.fixture
    async def limited(self, settings: ServiceSettings) -> AsyncIterator[httpx.AsyncClient]:
        async with client_of(create_app(settings.model_copy(update={"rate_limit_per_minute": 3}))) as client:
            yield client

    async def test_every_answer_tells_where_the_client_stands(self, limited: httpx.AsyncClient) -> None:
        left = [(await limited.get("/v1/anyone")).headers["ratelimit"].split(";")[1] for _ in range(3)]
        assert left == ["r=2", "r=1", "r=0"]

    async def test_one_too_many_is_429_and_says_when_to_come_again(self, limited: httpx.AsyncClient) -> None:
        for _ in range(3):
            assert (await limited.get("/v1/anyone")).headers["ratelimit-policy"] == '"client";q=3;w=60'
        refused = await limited.get("/v1/anyone")
        assert_problem(refused, 429)
        assert 0 < int(refused.headers["retry-after"]) <= 60

    async def test_clients_are_counted_apart_and_probes_not_at_all(self, limited: httpx.AsyncClient) -> None:
        for _ in range(5):
            assert (await limited.get("/livez")).status_code == 200
        for client in ("a", "b"):
            headers = bearer(scope="notes:read", client_id=client, sub=client)
            answers = [(await limited.get("/v1/notes", headers=headers)).status_code for _ in range(4)]
            assert answers == [200, 200, 200, 429]

    async def test_tokens_that_do_not_hold_count_against_the_address(self, limited: httpx.AsyncClient) -> None:
        guesses = [{"Authorization": f"Bearer guess-{number}"} for number in range(4)]
        answers = [(await limited.get("/v1/anyone", headers=headers)).status_code for headers in guesses]
        assert answers == [401, 401, 401, 429]

    def test_the_count_begins_anew_after_a_minute(self) -> None:
        now = [0.0]
        limiter = RateLimiter(1, clock=lambda: now[0])
        limiter.take("a")
        with pytest.raises(TooManyRequests):
            limiter.take("a")
        now[0] = WINDOW_SECONDS
        assert limiter.take("a")["RateLimit"] == '"client";r=0;t=60'


class TestQueryParameters:
    async def test_an_unknown_one_is_422_and_the_one_that_was_meant_is_named(self, client: httpx.AsyncClient) -> None:
        body = assert_problem(await client.get("/v1/notes?limt=3", headers=WRITE), 422)
        (error,) = body["errors"]  # type: ignore[misc]  # a list of documents
        assert (error["pointer"], error["code"]) == ("limt", "unknown_parameter")
        assert "limit" in error["detail"]

    async def test_a_route_that_takes_none_says_so(self, client: httpx.AsyncClient) -> None:
        response = await client.get("/v1/anyone?x=1")
        assert_problem(response, 422)
        assert "takes no query parameters" in response.text

    async def test_who_may_not_ask_is_told_that_first(self, client: httpx.AsyncClient) -> None:
        assert_problem(await client.get("/v1/notes?limt=3"), 401)

    async def test_those_of_dependencies_are_known(self, client: httpx.AsyncClient) -> None:
        assert (await client.get("/v1/notes?limit=3&include_total=true", headers=WRITE)).status_code == 200


class TestAFeedOfConfidentialRows:
    @pytest.mark.parametrize(
        ("claims", "status"),
        [
            ({"scope": "changes:read"}, 403),
            ({"scope": "changes:read cases:read", "regions": ["London"]}, 403),
            ({"scope": "changes:read cases:read", "org": "partner:1"}, 403),
            ({"scope": "changes:read cases:read"}, 200),
        ],
    )
    async def test_is_for_those_who_may_read_all_of_them(
        self, settings: ServiceSettings, claims: dict[str, Any], status: int
    ) -> None:
        app = create_service_app(
            name="cases",
            title="Cases",
            description="For tests",
            version="1",
            service_dir=HERE,
            settings=settings,
            routers=[],
            feed_scope="cases:read",
        )
        async with client_of(app) as client:
            assert (await client.get("/v1/changes", headers=bearer(**claims))).status_code == status


class TestProblems:
    async def test_unknown_path(self, client: httpx.AsyncClient) -> None:
        assert_problem(await client.get("/v1/nothing"), 404)

    async def test_wrong_method(self, client: httpx.AsyncClient) -> None:
        response = await client.delete("/v1/notes")
        assert_problem(response, 405)
        assert "GET" in response.headers["allow"]

    async def test_validation_names_the_field_and_does_not_echo_the_input(self, client: httpx.AsyncClient) -> None:
        response = await client.post("/v1/notes", json={"body": {"x": "S3CRET"}, "extra": 1}, headers=WRITE)
        body = assert_problem(response, 422)
        assert {e["pointer"] for e in body["errors"]} == {"/body", "/extra"}  # type: ignore[index,attr-defined]
        assert "S3CRET" not in response.text

    @pytest.mark.parametrize(
        ("content", "code", "said"),
        [
            (b"{", "json_invalid", "character 2"),
            (b'{"body": "a",}', "json_invalid", "character 14"),
            (b"", "missing", "has to be there"),
            (b"null", "model_attributes_type", "object"),
            (b'["a"]', "model_attributes_type", "object"),
            (b'{"body": "\xff"}', "unreadable", "not well formed"),
        ],
    )
    async def test_a_broken_body_is_pointed_at_as_a_whole(
        self, client: httpx.AsyncClient, content: bytes, code: str, said: str
    ) -> None:
        response = await client.post(
            "/v1/notes", content=content, headers={**WRITE, "content-type": "application/json"}
        )
        assert_problem(response, 422)
        (error,) = response.json()["errors"]
        assert (error["pointer"], error["code"]) == ("", code)
        assert said in error["detail"]

    @pytest.mark.parametrize(
        ("changes", "found"),
        [
            ({"rank": 0}, {"/rank": "greater_than_equal"}),
            ({"rank": "lowest"}, {"/rank": "int_parsing"}),
            ({"rank": True}, {"/rank": "json_type"}),
            (
                {"links": [{"url": 1}]},
                {"/links/0/url": "string_type", "/links/0/of": "missing", "/links/0/text": "missing"},
            ),
            ({"links": ["x"]}, {"/links/0": "model_attributes_type"}),
            ({"links": "x"}, {"/links": "tuple_type"}),
        ],
    )
    async def test_an_alternative_is_no_place_of_the_document(
        self, client: httpx.AsyncClient, changes: dict[str, object], found: dict[str, str]
    ) -> None:
        response = await client.post("/v1/notes", json={"body": "a", **changes}, headers=WRITE)
        assert_problem(response, 422)
        assert {each["pointer"]: each["code"] for each in response.json()["errors"]} == found
        assert len(response.json()["errors"]) == len(found)

    async def test_a_member_is_pointed_at_as_rfc_6901_has_it(self, client: httpx.AsyncClient) -> None:
        response = await client.post("/v1/notes", json={"body": "a", "": 1, "a/b~c": 1}, headers=WRITE)
        assert {each["pointer"] for each in response.json()["errors"]} == {"/", "/a~1b~0c"}

    async def test_a_body_that_is_too_large(self, settings: ServiceSettings) -> None:
        async def pieces() -> AsyncIterator[bytes]:
            while True:
                yield b" " * 100

        headers = {**WRITE, "Content-Type": "application/json"}
        announced = {**headers, "Content-Length": "1001"}
        async with client_of(create_app(settings.model_copy(update={"max_body_bytes": 1000}))) as client:
            body = assert_problem(await client.post("/v1/notes", content=b"{}", headers=announced), 413)
            assert body["type"] == "urn:problem:payload-too-large"
            assert_problem(await client.get("/livez", headers=announced), 413)
            assert_problem(await client.post("/v1/notes", content=pieces(), headers=headers), 413)
            assert_problem(
                await client.post("/v1/notes", content=pieces(), headers={"Content-Type": "text/plain"}), 401
            )

    async def test_a_body_of_another_kind_is_415(self, client: httpx.AsyncClient) -> None:
        headers = {**WRITE, "content-type": "text/plain"}
        response = await client.post("/v1/notes", content=b'{"body": "a"}', headers=headers)
        assert_problem(response, 415)
        assert response.headers["accept"] == "application/json"

    async def test_json_too_deep_to_read_is_422(self, client: httpx.AsyncClient) -> None:
        headers = {**WRITE, "content-type": "application/json"}
        assert_problem(await client.post("/v1/notes", content=b"[" * 80_000, headers=headers), 422)

    async def test_head_is_get_without_a_body(self, client: httpx.AsyncClient) -> None:
        head, get = await client.head("/v1/anyone"), await client.get("/v1/anyone")
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["etag"] == get.headers["etag"]

    async def test_a_nul_character_is_a_clear_error(self, client: httpx.AsyncClient) -> None:
        response = await client.post("/v1/notes", json={"body": "a\x00b"}, headers=WRITE)
        assert_problem(response, 422)
        assert [(each["pointer"], each["code"]) for each in response.json()["errors"]] == [("/body", "nul_character")]

    async def test_an_unforeseen_error_says_nothing_of_itself(self, client: httpx.AsyncClient) -> None:
        response = await client.get("/v1/broken", headers={"X-Request-Id": "abc"})
        assert_problem(response, 500)
        assert "secret" not in response.text
        assert response.headers["x-request-id"] == "abc"

    async def test_trace_ids_are_passed_on(self, client: httpx.AsyncClient) -> None:
        trace = "0af7651916cd43dd8448eb211c80319c"
        response = await client.get("/v1/nothing", headers={"traceparent": f"00-{trace}-b7ad6b7169203331-01"})
        assert response.json()["trace_id"] == trace


class TestCommitBeforeResponse:
    async def test_a_commit_that_fails_never_answers_2xx(self, client: httpx.AsyncClient, urls: DatabaseUrls) -> None:
        assert (await client.post("/v1/notes", json={"body": "a"}, headers=WRITE)).status_code == 201
        body = assert_problem(await client.post("/v1/notes", json={"body": "a"}, headers=WRITE), 409)
        assert body["detail"] == "There is a note of this body already."
        with psycopg.connect(driver_url(urls.app), options="-c app.visibility=all") as connection:
            assert connection.execute("SELECT count(*) FROM notes").fetchone() == (1,)


class TestTenancy:
    @pytest.fixture(autouse=True)
    async def notes(self, client: httpx.AsyncClient) -> None:
        for body, org, region in [
            ("one", "trust:1", "London"),
            ("two", "trust:2", "North East"),
            ("three", "la:3", "London"),
        ]:
            note = {"body": body, "orgs": [org], "region": region}
            assert (await client.post("/v1/notes", json=note, headers=WRITE)).status_code == 201

    async def bodies(self, client: httpx.AsyncClient, **claims: object) -> list[str]:
        response = await client.get("/v1/notes", headers=bearer(scope="notes:read", **claims))
        return [row["body"] for row in response.json()["data"]]

    async def test_each_sees_its_own(self, client: httpx.AsyncClient) -> None:
        assert await self.bodies(client) == ["one", "two", "three"]
        assert await self.bodies(client, org="trust:1") == ["one"]
        assert await self.bodies(client, org="dfe", regions=["London"]) == ["one", "three"]
        assert await self.bodies(client, org="partner:9", regions=["North East"]) == ["two"]
        assert await self.bodies(client, org="trust:9") == []

    async def test_the_filter_of_table_expressions_agrees(self, client: httpx.AsyncClient) -> None:
        for claims, count in [({}, 3), ({"org": "trust:1"}, 1), ({"org": "dfe", "regions": ["London"]}, 2)]:
            response = await client.get("/v1/notes/count", headers=bearer(scope="notes:read", **claims))  # type: ignore[arg-type]
            assert response.json() == {"count": count}

    async def test_the_database_hides_rows_even_from_a_query_without_a_filter(self, client: httpx.AsyncClient) -> None:
        assert (await client.get("/v1/unfiltered")).json() == {"ids": []}
        assert (await client.get("/v1/unfiltered", headers=bearer(scope="", org="trust:2"))).json() == {"ids": [2]}
        assert (await client.get("/v1/unfiltered", headers=bearer(scope=""))).json() == {"ids": [1, 2, 3]}

    async def test_claims_do_not_stay_on_the_connection(self, client: httpx.AsyncClient) -> None:
        await client.get("/v1/unfiltered", headers=bearer(scope=""))
        assert (await client.get("/v1/unfiltered")).json() == {"ids": []}

    def test_a_connection_without_claims_sees_no_row(self, urls: DatabaseUrls) -> None:
        for url in (urls.app, urls.owner):
            with psycopg.connect(driver_url(url)) as connection:
                assert connection.execute("SELECT count(*) FROM notes").fetchone() == (0,)

    def test_one_tenant_cannot_write_for_another(self, urls: DatabaseUrls) -> None:
        with psycopg.connect(driver_url(urls.app), options="-c app.orgs=trust:1") as connection:
            connection.execute("INSERT INTO notes (body, tenancy_orgs) VALUES ('mine', '{trust:1}')")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("INSERT INTO notes (body, tenancy_orgs) VALUES ('theirs', '{trust:2}')")


class TestServingRole:
    def test_add_only_tables_take_no_changes(self, urls: DatabaseUrls) -> None:
        with psycopg.connect(driver_url(urls.app), autocommit=True) as connection:
            connection.execute("INSERT INTO journal VALUES ('x')")
            for statement in ("UPDATE journal SET line = 'y'", "DELETE FROM journal", "TRUNCATE journal"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(statement)  # type: ignore[call-overload]

    def test_it_cannot_change_the_schema(self, urls: DatabaseUrls) -> None:
        with psycopg.connect(driver_url(urls.app)) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("ALTER TABLE notes DISABLE ROW LEVEL SECURITY")


class TestPagination:
    async def test_pages_meet_every_row_once(self, client: httpx.AsyncClient) -> None:
        for number in range(5):
            await client.post("/v1/notes", json={"body": str(number)}, headers=WRITE)
        url: str | None = "/v1/notes?limit=2"
        met = []
        while url:
            response = await client.get(url, headers=WRITE)
            page = response.json()
            met += [row["body"] for row in page["data"]]
            url = page["paging"]["next_url"]
            assert ("link" in response.headers) == (url is not None)
        assert met == ["0", "1", "2", "3", "4"]

    @pytest.mark.parametrize("cursor", ["x", "!!", "W10", "WyJ0ZXh0Il0", "WzFlNTBd", "WzEsMl0", "bnVsbA", "W3RydWVd"])
    async def test_a_strange_cursor_is_422(self, client: httpx.AsyncClient, cursor: str) -> None:
        assert_problem(await client.get("/v1/notes", params={"after": cursor}, headers=WRITE), 422)

    @pytest.mark.parametrize("limit", ["0", "201", "-1", "x"])
    async def test_a_strange_limit_is_422(self, client: httpx.AsyncClient, limit: str) -> None:
        assert_problem(await client.get("/v1/notes", params={"limit": limit}, headers=WRITE), 422)


class TestValidators:
    async def test_a_known_etag_is_304(self, client: httpx.AsyncClient) -> None:
        first = await client.get("/v1/anyone")
        again = await client.get("/v1/anyone", headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")

    async def test_if_match(self, client: httpx.AsyncClient) -> None:
        made = await client.post("/v1/notes", json={"body": "a"}, headers=WRITE)
        change = {"body": "b"}
        assert_problem(await client.put("/v1/notes/1", json=change, headers=WRITE), 428)
        assert_problem(await client.put("/v1/notes/1", json=change, headers={**WRITE, "If-Match": '"old"'}), 412)
        good = {**WRITE, "If-Match": made.headers["etag"]}
        assert (await client.put("/v1/notes/1", json=change, headers=good)).status_code == 200
        assert_problem(await client.put("/v1/notes/1", json=change, headers=good), 412)


class TestIdempotency:
    async def test_the_same_request_is_done_once(self, client: httpx.AsyncClient) -> None:
        headers = {**WRITE, "Idempotency-Key": "k1"}
        first = await client.post("/v1/notes", json={"body": "a"}, headers=headers)
        again = await client.post("/v1/notes", json={"body": "a"}, headers=headers)
        assert (again.status_code, again.content) == (first.status_code, first.content)
        assert again.headers["idempotency-replayed"] == "true"
        assert len((await client.get("/v1/notes", headers=WRITE)).json()["data"]) == 1

    async def test_another_body_under_the_same_key_is_422(self, client: httpx.AsyncClient) -> None:
        headers = {**WRITE, "Idempotency-Key": "k1"}
        await client.post("/v1/notes", json={"body": "a"}, headers=headers)
        assert_problem(await client.post("/v1/notes", json={"body": "b"}, headers=headers), 422)

    async def test_keys_of_two_clients_do_not_meet(self, client: httpx.AsyncClient) -> None:
        for number in ("1", "2"):
            headers = {**bearer(scope="notes:write", client_id=number), "Idempotency-Key": "k"}
            assert (await client.post("/v1/notes", json={"body": number}, headers=headers)).status_code == 201

    async def test_an_organisation_is_not_told_what_another_was_answered(self, client: httpx.AsyncClient) -> None:
        sent = {"Idempotency-Key": "k"}
        await client.post("/v1/notes", json={"body": "a"}, headers={**WRITE, **sent})
        other = {**bearer(scope="notes:write", org="trust:1"), **sent}
        assert "idempotency-replayed" not in (await client.post("/v1/notes", json={"body": "a"}, headers=other)).headers

    async def test_twenty_at_once_do_it_once(self, client: httpx.AsyncClient) -> None:
        headers = {**WRITE, "Idempotency-Key": "k1"}
        answers = await asyncio.gather(
            *(client.post("/v1/notes", json={"body": "a"}, headers=headers) for _ in range(20))
        )
        assert {a.status_code for a in answers} <= {201, 409}
        assert len((await client.get("/v1/notes", headers=WRITE)).json()["data"]) == 1


class TestHealthAndDocuments:
    async def test_probes(self, client: httpx.AsyncClient) -> None:
        for path in ("/livez", "/readyz", "/startupz", "/metrics", "/openapi.json", "/docs"):
            assert (await client.get(path)).status_code == 200, path

    async def test_not_ready_while_stopping(self, client: httpx.AsyncClient, app: FastAPI) -> None:
        app.state.draining = True
        assert_problem(await client.get("/readyz"), 503)

    async def test_readiness_goes_by_the_schema(self, client: httpx.AsyncClient, urls: DatabaseUrls) -> None:
        with psycopg.connect(driver_url(urls.owner), autocommit=True) as connection:
            connection.execute("UPDATE alembic_version SET version_num = '9999'")
            assert (await client.get("/readyz")).status_code == 200
            connection.execute("DELETE FROM alembic_version")
            assert_problem(await client.get("/readyz"), 503)

    async def test_documentation_asks_nobody_else(self, client: httpx.AsyncClient) -> None:
        page = (await client.get("/docs")).text
        assert "http://" not in page.replace("http://service.test", "")
        assert "https://" not in page
        assert (await client.get("/docs/assets/swagger-ui-bundle.js")).status_code == 200

    async def test_operations_declare_problems_and_scopes(self, client: httpx.AsyncClient) -> None:
        operation = (await client.get("/openapi.json")).json()["paths"]["/v1/notes"]["post"]
        assert operation["security"] == [{"oauth2": ["notes:write"]}]
        assert {"401", "403", "404", "409", "412", "422", "428", "429", "503"} <= operation["responses"].keys()
