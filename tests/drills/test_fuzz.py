"""Hostile and generated requests to every operation of every service, over a real database with something in it.

`make test` takes a seeded slice; `make drill` every hostile value and more generated requests.
"""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.drills.fuzz import generated, hostile
from tests.drills.fuzz.checks import Findings, faults, problem_faults
from tests.drills.fuzz.operations import Operation, form_of, leaves, methods_on, multipart, replaced
from tests.drills.fuzz.world import ROOT, World
from tests.drills.fuzz.worlds import WORLDS

from shared.testing.drill import FULL
from shared.testing.plugin import DatabaseUrls
from shared.testing.postgres import TestServer

pytestmark = [pytest.mark.drill, pytest.mark.timeout(1800)]

SEED = 20261123
SHARE = 1.0 if FULL else 0.15
"""How much of the hostile values is sent."""
GENERATED = 50 if FULL else 4
"""Generated requests an operation, token and mode."""
NEVER_WAITS = {"wait": "0"}


@pytest.fixture(scope="module", params=WORLDS)
def world(
    request: pytest.FixtureRequest, database_server: TestServer, _templates: Callable[[str, Path], str]
) -> Iterator[World]:
    """A service with something in it, for all tests of this module."""
    service = request.param
    name = database_server.create(f"{service}_owner", _templates(service, ROOT / "services" / service))
    urls = DatabaseUrls(*(database_server.as_role(f"{service}_{role}", name) for role in ("owner", "app")))
    with WORLDS[service](urls) as made:
        yield made
    database_server.drop(name)


@pytest.fixture
def found() -> Iterator[Findings]:
    """Where a test notes what is wrong; it fails at its end if anything is."""
    findings = Findings()
    yield findings
    assert findings.asked, "nothing was asked"
    assert not findings, f"{len(findings)} faults in {findings.asked} requests:\n" + "\n".join(findings)


class Asker:
    """Sends requests and notes what is wrong with the answers."""

    def __init__(self, world: World, found: Findings) -> None:
        self.world = world
        self.found = found

    def ask(
        self, operation: Operation, target: str, headers: Mapping[str, Any] | None = None, body: bytes | None = None
    ) -> httpx.Response:
        """Send a request, check what holds of every answer, and return the answer."""
        token = self.world.tokens["user" if operation.takes_person else "client"]
        sent: dict[str, Any] = {**token, **(headers or {})}
        self.found.asked += 1
        answer = self.world.service.send(operation.method, target, sent, body)
        shown = {name: value for name, value in (headers or {}).items() if name != "Authorization"}
        request = f"{operation.method} {target[:200]} {shown or ''} {(body or b'')[:200]!r}"
        for fault in faults(operation, answer):
            self.found.add(operation, fault, request)
        return answer

    def expect(self, operation: Operation, answer: httpx.Response, statuses: set[int], request: str) -> None:
        """Note an answer with another status."""
        if answer.status_code not in statuses:
            self.found.add(operation, f"answered {answer.status_code}, not one of {sorted(statuses)}", request)


@pytest.fixture
def asker(world: World, found: Findings) -> Asker:
    return Asker(world, found)


def chosen(rng: random.Random, values: Any) -> list[Any]:
    """Return the values that this run takes: all, or a seeded part."""
    values = list(values)
    return values if SHARE >= 1 else rng.sample(values, max(1, round(len(values) * SHARE)))


def quick(operation: Operation, name: str = "") -> dict[str, str]:
    """The query that keeps a change feed from waiting."""
    return NEVER_WAITS if "wait" in operation.parameters("query") and name != "wait" else {}


class TestHostile:
    """No value, body or header makes a service fall over, answer undeclared, or show what it is made of."""

    def test_path_parameters(self, world: World, asker: Asker) -> None:
        rng = random.Random(SEED)
        for operation in world.operations:
            headers, body = operation.encoded(world.known)
            for name, value in itertools.product(operation.parameters("path"), chosen(rng, hostile.PARAMETERS)):
                answer = asker.ask(
                    operation, operation.target(world.known, {name: value}, quick(operation)), headers, body
                )
                if operation.method == "GET" and not _nothing_found(answer):
                    asker.expect(operation, answer, {404, 405, 422}, f"{name}={value[:60]}")

    def test_query_parameters(self, world: World, asker: Asker) -> None:
        rng = random.Random(SEED)
        for operation in world.operations:
            headers, body = operation.encoded(world.known)
            for name, value in itertools.product(operation.parameters("query"), chosen(rng, hostile.PARAMETERS)):
                if name == "wait":
                    continue  # a valid number would be waited for
                target = operation.target(world.known, query={name: value, **quick(operation)})
                asker.ask(operation, target, headers, body)

    def test_parts_of_bodies(self, world: World, asker: Asker) -> None:
        rng = random.Random(SEED)
        for operation in world.operations:
            body = operation.body(world.known)
            if body is None:
                continue
            headers = {"Content-Type": "application/json", "If-Match": "*"}
            for path, value in itertools.product(leaves(body), chosen(rng, hostile.JSON_VALUES)):
                sent = json.dumps(replaced(body, path, value)).encode()
                asker.ask(operation, operation.target(world.known), headers, sent)

    def test_whole_bodies(self, world: World, asker: Asker) -> None:
        rng = random.Random(SEED)
        for operation in world.operations:
            if operation.method == "GET":
                continue
            for media, body in itertools.product(hostile.CONTENT_TYPES, chosen(rng, hostile.BODIES)):
                asker.ask(operation, operation.target(world.known), {"Content-Type": media, "If-Match": "*"}, body)

    def test_forms(self, world: World, asker: Asker) -> None:
        rng = random.Random(SEED)
        forms = [each for each in world.operations if "multipart/form-data" in each.bodies()]
        values = [text.encode("utf-8", "replace") for text in hostile.TEXTS]
        for operation in forms:
            fields = form_of(operation.bodies()["multipart/form-data"], world.schema, world.known)
            for name, value in itertools.product(fields, chosen(rng, values)):
                asker.ask(operation, operation.target(world.known), *multipart({**fields, name: value}))
            for value in chosen(rng, values):
                name = value.replace(b"\r", b"").replace(b"\n", b"").replace(b'"', b"")
                asker.ask(operation, operation.target(world.known), *multipart(fields, name))
            for left_out in fields:
                parts = {name: value for name, value in fields.items() if name != left_out}
                asker.ask(operation, operation.target(world.known), *multipart(parts))
        asker.found.asked += not forms

    def test_headers(self, world: World, asker: Asker) -> None:
        rng = random.Random(SEED)
        for operation in world.operations:
            headers, body = operation.encoded(world.known)
            target = operation.target(world.known, query=quick(operation))
            pairs = [(name, value) for name, values in hostile.HEADERS.items() for value in values]
            for name, value in chosen(rng, pairs):
                asker.ask(operation, target, {**headers, name: value}, body)

    def test_authorization(self, world: World, asker: Asker) -> None:
        rng = random.Random(SEED)
        for operation in world.operations:
            headers, body = operation.encoded(world.known)
            target = operation.target(world.known, query=quick(operation))
            if not target.startswith("/v1/"):
                continue  # probes look at no token
            for value in chosen(rng, hostile.AUTHORIZATIONS):
                answer = asker.ask(operation, target, {**headers, "Authorization": value}, body)
                asker.expect(operation, answer, {401}, f"Authorization: {value[:60]!r}")


class TestRules:
    """What api.md says of every endpoint."""

    def test_no_token_no_answer(self, world: World, asker: Asker) -> None:
        for operation in world.operations:
            if operation.public:
                continue
            headers, body = operation.encoded(world.known)
            targets = [operation.target(world.known)]
            targets += [operation.target(world.known, {name: "%00"}) for name in operation.parameters("path")]
            targets += [operation.target(world.known, query={name: "%00"}) for name in operation.parameters("query")]
            bodies = [body, None, b"{", b"\xff", b"[" * 5000] if body else [None]
            for target, sent in itertools.product(targets, bodies):
                asker.found.asked += 1
                answer = world.service.send(operation.method, target, headers, sent)
                asker.expect(
                    operation, answer, {401}, f"{operation.method} {target} {(sent or b'')[:60]!r} with no token"
                )
                for fault in problem_faults(answer):
                    asker.found.add(operation, fault, target)

    def test_other_methods_are_named(self, world: World, asker: Asker) -> None:
        for operation in world.operations:
            target = operation.target(world.known)
            allowed = methods_on(target, world.operations)
            for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "QUUX"):
                if method in allowed:
                    continue
                asker.found.asked += 1
                answer = world.service.send(method, target, world.tokens["client"])
                asker.expect(operation, answer, {405}, f"{method} {target}")
                named = {each.strip() for each in answer.headers.get("allow", "").split(",")}
                if named != allowed:
                    asker.found.add(operation, f"Allow is {sorted(named)}", f"{method} {target}")
                for fault in [] if method == "HEAD" else problem_faults(answer):
                    asker.found.add(operation, fault, f"{method} {target}")

    def test_reads_change_nothing(self, world: World, asker: Asker) -> None:
        reads = [each for each in world.operations if each.method == "GET"]
        for operation in reads:  # the feed numbers what is new before it answers
            asker.ask(operation, operation.target(world.known, query=quick(operation)))
        before = world.fingerprint()
        accepts = ("application/json", "application/x-ndjson", "text/csv", "text/html")
        for operation, accept, token in itertools.product(reads, accepts, world.tokens.values()):
            headers = {**token, "Accept": accept}
            asker.ask(operation, operation.target(world.known, query=quick(operation)), headers)
        after = world.fingerprint()
        changed = [name for name in before if before[name] != after[name]]
        assert not changed, f"reading changed {changed}"

    def test_what_has_not_changed_is_not_sent_again(self, world: World, asker: Asker) -> None:
        for operation in world.operations:
            if operation.method != "GET" or not operation.path.startswith("/v1/"):
                continue
            target = operation.target(world.known, query=quick(operation))
            answer = asker.ask(operation, target)
            asker.expect(operation, answer, {200}, f"{target}: the world should hold one")
            if not answer.headers["content-type"].startswith("application/json") or "paging" in answer.json():
                continue
            etag = answer.headers.get("etag")
            if etag is None or etag.startswith("W/"):
                asker.found.add(operation, f"has the ETag {etag}", target)
                continue
            for sent in (etag, f'"x", {etag}', f"W/{etag}", "*"):
                again = asker.ask(operation, target, {"If-None-Match": sent})
                asker.expect(operation, again, {304}, f"{target} If-None-Match: {sent}")
                if again.content or again.headers.get("etag") != etag:
                    asker.found.add(operation, f"304 with {again.content[:50]!r} and {again.headers}", target)

    def test_unknown_cursors(self, world: World, asker: Asker) -> None:
        for operation in world.operations:
            if "after" not in operation.parameters("query"):
                continue
            for cursor in hostile.CURSORS:
                query = {"after": _quoted(cursor), **quick(operation)}
                answer = asker.ask(operation, operation.target(world.known, query=query))
                asker.expect(operation, answer, {422}, f"{operation.path}?after={cursor[:60]}")
            for cursor in hostile.ODD_CURSORS:
                query = {"after": _quoted(cursor), **quick(operation)}
                answer = asker.ask(operation, operation.target(world.known, query=query))
                asker.expect(operation, answer, {200, 422}, f"{operation.path}?after={cursor[:60]}")


def _nothing_found(answer: httpx.Response) -> bool:
    return answer.is_success and answer.json().get("data") == []


def _quoted(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode())


class TestGenerated:
    """Requests that schemathesis makes of the document, valid and not, keep to the document."""

    @pytest.mark.parametrize("token", ["client", "user", "narrow"])
    def test_requests(self, world: World, found: Findings, token: str) -> None:
        turn = list(world.tokens).index(token)
        operations = world.operations if FULL else world.operations[turn :: len(world.tokens)]
        generated.run(world, token, found, operations, examples=GENERATED, seed=SEED)
