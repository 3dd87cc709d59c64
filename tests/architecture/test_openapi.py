"""The contracts that services talk by: committed, current, complete, and with access declared on every route."""

import inspect
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from openapi_spec_validator import validate
from pydantic import ValidationError

from shared.openapi import api_routes, application_of, document_of
from shared.schemas import RequestModel

ROOT = Path(__file__).parents[2]
SERVICES = ("inspection", "triage", "brokering")


def operations(document: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{method.upper()} {path}", operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def requests_below(model: type[RequestModel]) -> Iterator[type[RequestModel]]:
    for below in model.__subclasses__():
        yield below
        yield from requests_below(below)


def dependencies_of(dependant: Dependant) -> Iterator[Dependant]:
    for each in dependant.dependencies:
        yield each
        yield from dependencies_of(each)


def runs_in_the_loop(call: Any) -> bool:
    kinds = (inspect.iscoroutinefunction, inspect.isasyncgenfunction)
    return any(kind(call) or kind(getattr(call, "__call__", None)) for kind in kinds)  # noqa: B004 - asked for its kind


def refuses(model: type[RequestModel], field: str, value: object) -> bool:
    try:
        model.model_validate({model.model_fields[field].alias or field: value})
    except ValidationError as refused:
        return any(error["loc"][:1] == (model.model_fields[field].alias or field,) for error in refused.errors())
    return False


@pytest.mark.parametrize("service", SERVICES)
class TestContract:
    def test_the_committed_document_is_current(self, service: str) -> None:
        committed = json.loads((ROOT / "services" / service / "openapi.json").read_text(encoding="utf-8"))
        assert committed == document_of(service), "stale: run `make openapi`"

    def test_it_is_valid(self, service: str) -> None:
        validate(document_of(service))

    def test_every_route_declares_its_access(self, service: str) -> None:
        undeclared = [f"{m} {p}" for m, p, access in api_routes(application_of(service)) if access is None]
        assert undeclared == []

    def test_every_operation_is_described(self, service: str) -> None:
        document = document_of(service)
        assert [name for name, op in operations(document) if not op.get("summary")] == []
        identifiers = [op["operationId"] for _, op in operations(document)]
        assert len(identifiers) == len(set(identifiers))

    def test_every_operation_declares_its_problems(self, service: str) -> None:
        needed = {"401", "403", "404", "405", "409", "412", "413", "415", "422", "428", "429", "503"}
        assert [name for name, op in operations(document_of(service)) if not needed <= op["responses"].keys()] == []

    def test_routes_that_read_change_nothing(self, service: str) -> None:
        for method, path, access in api_routes(application_of(service)):
            if method in {"GET", "HEAD"} and access is not None and access.scope is not None:
                assert access.scope.endswith(":read"), f"{method} {path} asks for {access.scope}"

    def test_booleans_numbers_and_days_that_are_sent_are_those_of_json(self, service: str) -> None:
        application_of(service)
        fields = [
            (model, name, field.annotation)
            for model in requests_below(RequestModel)
            if model.__module__.startswith(f"{service}.")
            for name, field in model.model_fields.items()
        ]
        booleans = [(model, name) for model, name, kind in fields if kind in {bool, bool | None}]
        numbers = [(model, name) for model, name, kind in fields if kind in {int, float, int | None, float | None}]
        days = [(model, name) for model, name, kind in fields if kind in {date, date | None}]
        assert booleans
        assert numbers
        assert days
        assert [each for each in booleans if refuses(*each, True)] == []
        assert [each for each in booleans if not all(refuses(*each, lax) for lax in ("yes", "true", 1, 0))] == []
        no_days = (1772496000, 0, True, "1772496000", "2026-03-01T00:00:00Z", "2026-03-01 00:00")
        assert [each for each in days if refuses(*each, "2026-03-01")] == []
        assert [each for each in days if not all(refuses(*each, lax) for lax in no_days)] == []
        assert [each for each in numbers if not all(refuses(*each, lax) for lax in ("7", "1.5", True))] == []

    def test_no_dependency_is_sent_to_a_thread(self, service: str) -> None:
        called = {
            dependency.call
            for route in iter_route_contexts(application_of(service).routes)
            if isinstance(route.original_route, APIRoute)
            for dependency in dependencies_of(route.dependant)
        }
        assert called
        assert [each for each in called if not runs_in_the_loop(each)] == []
