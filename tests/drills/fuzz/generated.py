"""Requests made by schemathesis from the OpenAPI document, sent to the application in this process."""

from __future__ import annotations

import contextlib
import json
import random
from collections.abc import Sequence
from typing import Any

import httpx
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi import checks
from tests.drills.fuzz.checks import Findings, faults
from tests.drills.fuzz.operations import Operation
from tests.drills.fuzz.world import World

AnyCase = Case[Any]
BASE = "http://service.test"
CHECKS = [
    checks.status_code_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]


def run(
    world: World, token: str, found: Findings, operations: Sequence[Operation], *, examples: int, seed: int
) -> None:
    """Send `examples` requests of each mode to these operations, with this token."""
    schema = schemathesis.openapi.from_dict(json.loads(json.dumps(world.schema)))
    for operation in operations:
        generated = schema[operation.path][operation.method]
        sender = _Sender(world, operation, token, found, random.Random(seed))
        for mode in GenerationMode:
            _send(generated, mode, sender, examples, seed)


def _send(
    operation: APIOperation[Any, Any, Any, Any], mode: GenerationMode, sender: _Sender, examples: int, start: int
) -> None:
    strategy = operation.as_strategy(generation_mode=mode)

    @seed(start)
    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategy)
    def send(case: AnyCase) -> None:
        sender.send(case)

    if mode is GenerationMode.NEGATIVE:
        with contextlib.suppress(Unsatisfiable):  # an operation of which nothing can be wrong
            send()
    else:
        send()


class _Sender:
    """Sends the cases of one operation, two thirds of them about things there are."""

    def __init__(self, world: World, operation: Operation, token: str, found: Findings, rng: random.Random) -> None:
        self._world = world
        self._operation = operation
        self._token = world.tokens[token]
        self._found = found
        self._rng = rng

    def send(self, case: AnyCase) -> None:
        """Send a case and note what is wrong with the answer."""
        for name in case.path_parameters or {}:
            if self._world.known.get(name) and self._rng.random() < 2 / 3:
                case.path_parameters[name] = self._rng.choice(self._world.known[name])
        if "wait" in (case.query or {}):
            case.query["wait"] = 0
        prepared = requests.Request(**_only_request(case.as_transport_kwargs(base_url=BASE))).prepare()
        answer = self._ask(prepared)
        self._found.asked += 1
        shown = f"{prepared.method} {prepared.url} {case.headers or ''} {prepared.body!r:.300}"
        for fault in [*faults(self._operation, answer), *_conformance(case, answer)]:
            self._found.add(self._operation, fault, shown)

    def _ask(self, prepared: requests.PreparedRequest) -> httpx.Response:
        url = httpx.URL(str(prepared.url))
        body = prepared.body.encode() if isinstance(prepared.body, str) else prepared.body
        assert body is None or isinstance(body, bytes)
        sent: dict[str, str | bytes] = dict(self._token)
        for name, value in prepared.headers.items():
            if name.lower() != "authorization":
                sent[name] = value if isinstance(value, bytes) else value.encode("latin-1", "replace")
        return self._world.service.send(str(prepared.method), url.raw_path.decode("ascii"), sent, body)


def _only_request(arguments: dict[str, Any]) -> dict[str, Any]:
    names = {"method", "url", "headers", "files", "data", "json", "params", "cookies"}
    return {name: value for name, value in arguments.items() if name in names}


def _conformance(case: AnyCase, answer: httpx.Response) -> list[str]:
    """Return what schemathesis finds: status, media type, headers and body as declared."""
    if answer.status_code == 304:
        return []
    try:
        case.validate_response(answer, checks=CHECKS)
    except FailureGroup as group:
        return [f"{type(each).__name__}: {each}"[:300] for each in group.exceptions]
    except Failure as failure:
        return [f"{type(failure).__name__}: {failure}"[:300]]
    return []
