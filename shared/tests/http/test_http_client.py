import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from shared.circuit import CircuitBreaker
from shared.http_client import ClientCredentials, ServiceClient, UpstreamError, UpstreamFailure, UpstreamUnavailable
from shared.telemetry.context import enter_context, new_context

OK = httpx.Response(200, json={"fine": True})


class Script:
    """A transport that answers by a list, the last entry for ever, and keeps what it was sent."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def client(self, **changed: Any) -> ServiceClient:
        parts: dict[str, Any] = {"tokens": None, "first_wait_seconds": 0.001, "most_wait_seconds": 0.002, **changed}
        return ServiceClient("http://other/base", name="other", transport=httpx.MockTransport(self), **parts)


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class TestRetries:
    @pytest.mark.parametrize("fault", [httpx.ConnectError("no"), httpx.ReadTimeout("late"), httpx.Response(503)])
    async def test_a_read_is_tried_again(self, fault: httpx.Response | Exception) -> None:
        script = Script(fault, fault, OK)
        assert await script.client().get_json("/v1/things", {"n": 1}) == {"fine": True}
        assert [str(request.url) for request in script.requests] == ["http://other/base/v1/things?n=1"] * 3

    async def test_a_read_is_tried_so_often_and_no_more(self) -> None:
        script = Script(httpx.ConnectError("no"))
        with pytest.raises(UpstreamUnavailable):
            await script.client(attempts=3).get_json("/")
        assert len(script.requests) == 3

    async def test_a_look_up_by_body_is_tried_again(self) -> None:
        script = Script(httpx.Response(502), OK)
        assert await script.client().post_json("/lookup", {"ids": [1]}, idempotent=True) == {"fine": True}
        assert [request.content for request in script.requests] == [b'{"ids":[1]}'] * 2

    @pytest.mark.parametrize("fault", [httpx.ConnectError("no"), httpx.Response(503)])
    async def test_any_other_post_is_sent_once(self, fault: httpx.Response | Exception) -> None:
        script = Script(fault, OK)
        with pytest.raises(UpstreamFailure):
            await script.client().post_json("/orders", {})
        assert len(script.requests) == 1

    async def test_an_error_of_the_request_is_not_tried_again(self) -> None:
        script = Script(httpx.Response(404), OK)
        with pytest.raises(UpstreamError):
            await script.client().get_json("/")
        assert len(script.requests) == 1

    async def test_retry_after_is_heeded_within_bounds(self) -> None:
        soon = Script(httpx.Response(429, headers={"Retry-After": "0"}), OK)
        assert await soon.client().get_json("/") == {"fine": True}
        late = Script(httpx.Response(429, headers={"Retry-After": "3600"}), OK)
        with pytest.raises(UpstreamError):
            await late.client().get_json("/")
        assert len(late.requests) == 1


class TestWhatComesOut:
    async def test_only_status_and_title_of_a_problem(self) -> None:
        problem = {"title": "Not found", "detail": "hunter2", "status": 404}
        with pytest.raises(UpstreamError) as caught:
            await Script(httpx.Response(404, json=problem)).client().get_json("/")
        assert (caught.value.upstream_status, caught.value.upstream_title) == (404, "Not found")
        assert "hunter2" not in str(caught.value)
        assert caught.value.status == 503

    @pytest.mark.parametrize("body", [b"<html>hunter2</html>", b'["hunter2"]', b'{"title": {"a": "hunter2"}}'])
    async def test_nothing_of_a_body_that_is_no_problem(self, body: bytes) -> None:
        with pytest.raises(UpstreamError) as caught:
            await Script(httpx.Response(400, content=body)).client().get_json("/")
        assert caught.value.upstream_title == "Bad Request"

    async def test_an_answer_that_is_not_json_is_an_error(self) -> None:
        with pytest.raises(UpstreamError):
            await Script(httpx.Response(200, content=b"<html>")).client().get_json("/")

    async def test_ids_of_the_work_at_hand_are_passed_on(self) -> None:
        enter_context(new_context("request-1", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"))
        script = Script(OK)
        await script.client().get_json("/")
        assert script.requests[0].headers["x-request-id"] == "request-1"
        assert script.requests[0].headers["traceparent"].startswith("00-0af7651916cd43dd8448eb211c80319c-")

    async def test_every_call_is_bounded_in_time(self) -> None:
        script = Script(OK)
        client = script.client()
        await client.get_json("/")
        await client.get_json("/", read_timeout=55.0)
        first, second = (request.extensions["timeout"] for request in script.requests)
        assert all(limit is not None for limit in first.values())
        assert second == {**first, "read": 55.0}


class TestTheCircuit:
    async def test_opens_after_failures_in_a_row_and_one_probe_closes_it(self) -> None:
        clock = Clock()
        script = Script(*[httpx.ConnectError("no")] * 3, OK)
        client = script.client(attempts=1, breaker=CircuitBreaker(3, 10.0, clock))
        for _ in range(5):
            with pytest.raises(UpstreamUnavailable):
                await client.get_json("/")
        assert len(script.requests) == 3
        clock.now += 10.0
        assert await client.get_json("/") == {"fine": True}
        assert await client.get_json("/") == {"fine": True}

    async def test_a_failed_probe_opens_it_again(self) -> None:
        clock = Clock()
        script = Script(httpx.Response(503))
        client = script.client(attempts=1, breaker=CircuitBreaker(2, 10.0, clock))
        for _ in range(2):
            with pytest.raises(UpstreamError):
                await client.get_json("/")
        clock.now += 10.0
        with pytest.raises(UpstreamError):
            await client.get_json("/")
        with pytest.raises(UpstreamUnavailable):
            await client.get_json("/")
        assert len(script.requests) == 3

    def test_lets_one_probe_through_at_a_time(self) -> None:
        clock = Clock()
        breaker = CircuitBreaker(1, 10.0, clock)
        assert breaker.enter()
        breaker.failed()
        clock.now += 10.0
        assert breaker.enter()
        assert not breaker.enter()
        breaker.abandoned()
        assert breaker.enter()

    async def test_errors_of_the_request_do_not_open_it(self) -> None:
        script = Script(httpx.Response(404))
        client = script.client(breaker=CircuitBreaker(2))
        for _ in range(5):
            with pytest.raises(UpstreamError):
                await client.get_json("/")
        assert len(script.requests) == 5


class Issuer:
    """A token endpoint that counts."""

    def __init__(self, lifetime: int = 3600) -> None:
        self.lifetime = lifetime
        self.given = 0
        self.sent: httpx.Request | None = None

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        self.sent = request
        self.given += 1
        await asyncio.sleep(0)
        return httpx.Response(200, json={"access_token": f"token-{self.given}", "expires_in": self.lifetime})

    def tokens(self, clock: Callable[[], float] | None = None) -> ClientCredentials:
        transport = httpx.MockTransport(self)
        return ClientCredentials("http://issuer/token", "me", "secret", transport=transport, clock=clock or Clock())


class TestTokens:
    async def test_one_is_fetched_for_many_callers(self) -> None:
        issuer = Issuer()
        tokens = issuer.tokens()
        assert set(await asyncio.gather(*(tokens.token() for _ in range(10)))) == {"token-1"}
        assert issuer.sent is not None
        assert issuer.sent.headers["authorization"] == httpx.BasicAuth("me", "secret")._auth_header
        assert issuer.sent.content == b"grant_type=client_credentials"

    async def test_one_is_renewed_shortly_before_it_expires(self) -> None:
        clock = Clock()
        tokens = Issuer(lifetime=3600).tokens(clock)
        seen = []
        for moment in (0.0, 3569.0, 3571.0):
            clock.now = 1000.0 + moment
            seen.append(await tokens.token())
        assert seen == ["token-1", "token-1", "token-2"]

    async def test_a_refused_one_is_replaced_once(self) -> None:
        issuer = Issuer()
        script = Script(httpx.Response(401), OK)
        client = script.client(tokens=issuer.tokens())
        assert await client.get_json("/") == {"fine": True}
        sent = [request.headers["authorization"] for request in script.requests]
        assert sent == ["Bearer token-1", "Bearer token-2"]

    async def test_a_client_that_is_always_refused_is_told_so(self) -> None:
        script = Script(httpx.Response(401))
        with pytest.raises(UpstreamError) as caught:
            await script.client(tokens=Issuer().tokens()).get_json("/")
        assert caught.value.upstream_status == 401
        assert len(script.requests) == 2

    @pytest.mark.parametrize(
        "answer",
        [httpx.ConnectError("no"), httpx.Response(400, json={"error": "invalid_client"}), httpx.Response(200, json=[])],
    )
    async def test_an_issuer_that_gives_none_is_an_upstream_failure(self, answer: httpx.Response | Exception) -> None:
        tokens = ClientCredentials("http://issuer/token", "me", "secret", transport=httpx.MockTransport(Script(answer)))
        with pytest.raises(UpstreamFailure) as caught:
            await tokens.token()
        assert "secret" not in str(caught.value)
