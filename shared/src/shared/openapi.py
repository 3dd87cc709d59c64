"""The OpenAPI document: problems and access on every operation; `python -m shared.openapi <service>` writes it."""

import argparse
import importlib
import json
import sys
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute, iter_route_contexts

from shared.auth.access import Access, access_of
from shared.problems import MEDIA_TYPE, STATUSES
from shared.schemas import FieldError, Problem

SCHEME = "oauth2"


def api_routes(app: FastAPI) -> Iterator[tuple[str, str, Access | None]]:
    """Yield (method, path, declared access) of every operation of an application; None where none is declared."""
    for context in iter_route_contexts(app.routes):
        if isinstance(context.original_route, APIRoute):
            access = access_of(context.dependant)
            for method in sorted(context.methods or ()):
                yield method, context.path or "", access


def install_openapi(app: FastAPI) -> None:
    """Make the application's document carry the access and the problems of every operation."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]  # the way FastAPI documents to change it


def _document(app: FastAPI) -> dict[str, Any]:
    schema = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
    accesses = {(method.lower(), path): access for method, path, access in api_routes(app)}
    scopes = sorted({access.scope for access in accesses.values() if access and access.scope})
    components = schema.setdefault("components", {})
    components["securitySchemes"] = {SCHEME: _security_scheme(scopes)}
    components["responses"] = _problem_components(components.setdefault("schemas", {}))
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            _complete(operation, accesses.get((method, path)))
    components["schemas"].pop("HTTPValidationError", None)
    components["schemas"].pop("ValidationError", None)
    return schema


def _security_scheme(scopes: list[str]) -> dict[str, Any]:
    flow = {"tokenUrl": "/oauth2/token", "scopes": {scope: scope.replace(":", " ") for scope in scopes}}
    return {
        "type": "oauth2",
        "description": "JWT access tokens (RFC 9068). A user's token comes by authorization code or token exchange.",
        "flows": {"clientCredentials": flow},
    }


def _problem_components(schemas: dict[str, Any]) -> dict[str, Any]:
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    problem.pop("$defs", None)
    schemas["Problem"] = problem
    schemas["FieldError"] = FieldError.model_json_schema()
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {f"Problem{status}": {"description": HTTPStatus(status).phrase, "content": content} for status in STATUSES}


def _complete(operation: dict[str, Any], access: Access | None) -> None:
    for status in STATUSES:
        operation["responses"][str(status)] = {"$ref": f"#/components/responses/Problem{status}"}
    if access is None:
        return
    if access.scope is None:
        operation["security"] = [{}, {SCHEME: []}]
        return
    operation["security"] = [{SCHEME: [access.scope]}]
    if access.user:
        note = "Takes a user's token: a client's token gets 403."
        operation["description"] = f"{operation.get('description', '')}\n\n{note}".strip()


def _settings(service: str) -> Any:
    settings_class = importlib.import_module(f"{service}.settings").Settings
    required = [name for name, field in settings_class.model_fields.items() if field.is_required()]
    return settings_class(**dict.fromkeys(required, "https://example.invalid/none"))


def application_of(service: str) -> FastAPI:
    """Return a service's application, made without a database."""
    app: FastAPI = importlib.import_module(f"{service}.app").create_app(_settings(service))
    return app


def document_of(service: str) -> dict[str, Any]:
    """Return a service's OpenAPI document."""
    return application_of(service).openapi()


def main(arguments: list[str] | None = None) -> int:
    """Write `openapi.json` into a service's folder, or with `--check` tell whether it is stale."""
    parser = argparse.ArgumentParser(prog="python -m shared.openapi", description=main.__doc__)
    parser.add_argument("service", help="the package of the service")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when the file is stale")
    parser.add_argument("--out", type=Path, help="the file; services/<service>/openapi.json unless told")
    options = parser.parse_args(arguments)
    path = options.out or Path("services") / options.service / "openapi.json"
    text = json.dumps(document_of(options.service), indent=2, ensure_ascii=False) + "\n"
    if options.check:
        stale = not path.exists() or path.read_text(encoding="utf-8") != text
        sys.stderr.write(f"{path} is stale; run `make openapi`\n" if stale else "")
        return int(stale)
    path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
