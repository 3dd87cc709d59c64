"""The short way of a route answers as the declared one does, and never more."""

import re

import httpx
import pytest
from fastapi import FastAPI
from notes_service.app import read_number_plainly

from shared.short_ways import ShortWay, declared_accesses
from shared.testing.tokens import bearer

READ = bearer(scope="notes:read")


class TestAccess:
    @pytest.mark.parametrize(("headers", "status"), [({}, 401), (bearer(scope="other:read"), 403), (READ, 200)])
    async def test_it_is_that_of_the_declared_route(
        self, client: httpx.AsyncClient, headers: dict[str, str], status: int
    ) -> None:
        short = await client.get("/v1/numbers/7", headers=headers)
        declared = await client.get("/v1/numbers/0000007", headers=headers)

        assert short.status_code == declared.status_code == status
        if status == 200:
            assert (short.json()["way"], declared.json()["way"]) == ("short", "declared")
        else:
            ours, theirs = short.json(), declared.json()
            assert {**ours, "trace_id": "", "instance": ""} == {**theirs, "trace_id": "", "instance": ""}
            assert short.headers["www-authenticate"] == declared.headers["www-authenticate"]

    async def test_a_token_that_does_not_hold_is_401_on_a_public_one(self, client: httpx.AsyncClient) -> None:
        answer = await client.get("/v1/anyone", headers={"Authorization": "Bearer x.y.z"})
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"

    def test_one_whose_route_is_declared_nowhere_is_refused(self, app: FastAPI) -> None:
        with pytest.raises(ValueError, match="/v1/nothing"):
            declared_accesses(app, [ShortWay("/v1/nothing", re.compile("/v1/nothing"), read_number_plainly)])


class TestWhatIsPlain:
    @pytest.mark.parametrize(
        ("path", "accept", "way"),
        [
            ("/v1/numbers/7", "*/*", "short"),
            ("/v1/numbers/7", "application/json", "short"),
            ("/v1/numbers/7", "text/html, application/json", "declared"),
            ("/v1/numbers/7000000", "*/*", "declared"),
        ],
    )
    async def test_what_is_not_goes_the_declared_way(
        self, client: httpx.AsyncClient, path: str, accept: str, way: str
    ) -> None:
        assert (await client.get(path, headers={**READ, "Accept": accept})).json()["way"] == way

    async def test_a_query_and_a_path_that_is_wrong_are_refused_as_ever(self, client: httpx.AsyncClient) -> None:
        for path in ("/v1/numbers/7?x=1", "/v1/numbers/x"):
            assert (await client.get(path, headers=READ)).status_code == 422

    async def test_another_method_is_answered_as_ever(self, client: httpx.AsyncClient) -> None:
        assert (await client.post("/v1/anyone")).status_code == 405
        head = await client.head("/v1/numbers/7", headers=READ)
        assert (head.status_code, head.content) == (200, b"")


class TestAnswers:
    async def test_they_carry_the_same_headers(self, client: httpx.AsyncClient) -> None:
        short = await client.get("/v1/anyone")
        declared = await client.get("/v1/anyone", headers={"Accept": "*/*;q=1"})

        varying = {"x-request-id": "", "ratelimit": ""}
        assert short.json() == declared.json()
        assert {**short.headers, **varying} == {**declared.headers, **varying}

    async def test_both_ways_are_counted_as_one_route(self, client: httpx.AsyncClient) -> None:
        series = 'http_requests_total{method="GET",route="/v1/numbers/{number}",status="200"}'

        async def counted() -> float:
            lines = (await client.get("/metrics")).text.splitlines()
            return next((float(line.split()[-1]) for line in lines if line.startswith(series)), 0.0)

        before = await counted()
        await client.get("/v1/numbers/7", headers=READ)
        await client.get("/v1/numbers/7000000", headers=READ)
        assert await counted() == before + 2
