"""What holds of every answer, whatever was asked."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from http import HTTPStatus
from typing import Any

import httpx
import jsonschema_rs
from tests.drills.fuzz.operations import Json, Operation, resolve

PROBLEM = "application/problem+json"
MEMBERS = {"type", "title", "status", "detail", "instance", "trace_id", "errors"}
LEAKS = re.compile(
    r"Traceback|psycopg|sqlalchemy|pydantic|asyncio|site-packages|\.py\b|SELECT |INSERT INTO|0x[0-9a-f]{8,}"
    r"|UndefinedFunction|(Type|Value|Key|Attribute|Unicode\w+|Recursion|Overflow|Data)Error",
)


class Findings(list[str]):
    """What was wrong, each kind of fault with an operation once with the request that first showed it."""

    def __init__(self) -> None:
        super().__init__()
        self._seen: set[tuple[str, str]] = set()
        self.asked = 0

    def add(self, operation: object, fault: str, request: str) -> None:
        """Note a fault."""
        key = (str(operation), fault[:60])
        if key not in self._seen:
            self._seen.add(key)
            self.append(f"{operation}: {fault} <- {request[:400]}")


def faults(operation: Operation, answer: httpx.Response) -> list[str]:
    """Return what is wrong with an answer."""
    found = []
    if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        found.append(f"answered {answer.status_code}: {answer.text[:200]}")
    if answer.status_code not in operation.statuses | {HTTPStatus.NOT_MODIFIED}:
        found.append(f"answered {answer.status_code}, which is not declared")
    if answer.status_code >= HTTPStatus.BAD_REQUEST:
        found += problem_faults(answer)
    elif answer.is_success:
        found += _body_faults(operation, answer)
    return found


def problem_faults(answer: httpx.Response) -> list[str]:
    """Return what is wrong with the problem document of an answer."""
    media = answer.headers.get("content-type", "")
    if media != PROBLEM:
        return [f"{answer.status_code} came as {media!r}: {answer.text[:100]}"]
    document = answer.json()
    found = []
    if missing := MEMBERS - document.keys():
        found.append(f"the problem lacks {sorted(missing)}")
    elif document["status"] != answer.status_code or not document["detail"] or not document["title"]:
        found.append(f"the problem says {document['status']}, {document['title']!r}, {document['detail']!r}")
    shown = " ".join([document.get("detail", ""), *(each.get("detail", "") for each in document.get("errors", []))])
    if leak := LEAKS.search(shown):
        found.append(f"the problem shows {leak.group()!r}: {shown[:200]}")
    return found


def _body_faults(operation: Operation, answer: httpx.Response) -> list[str]:
    declared = resolve(operation.document["responses"].get(str(answer.status_code), {}), operation.schema)
    contents: dict[str, Json] = declared.get("content", {})
    media = answer.headers.get("content-type", "").split(";")[0]
    if not contents:
        return []
    if media not in contents:
        return [f"came as {media!r}, declared are {sorted(contents)}"]
    if media != "application/json":
        return []
    schema = contents[media].get("schema")
    return [] if schema is None else _schema_faults(operation, schema, answer.json())


def _schema_faults(operation: Operation, schema: Json, document: Any) -> list[str]:
    error = next(_validator(operation, json.dumps(schema)).iter_errors(document), None)
    return [] if error is None else [f"does not fit its schema: {error.instance_path} {error.message[:200]}"]


@lru_cache(maxsize=1000)
def _validator(operation: Operation, schema: str) -> jsonschema_rs.Draft202012Validator:
    whole = {**json.loads(schema), "components": operation.schema["components"]}
    return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
