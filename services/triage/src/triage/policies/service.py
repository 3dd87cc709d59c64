"""Policies as clients read them."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any, Final

from fastapi import Request, Response
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.clock import today
from shared.pagination import PageParameters, page_of
from shared.responses import json_response, page_response
from triage.listing import streamed
from triage.policies import repository
from triage.problems import PolicyNotFound

Document = dict[str, Any]
COLUMNS: Final = ("scheme", "title")


def _reference(row: RowMapping) -> Document:
    return {
        "version": row["version"],
        "title": row["title"],
        "in_force_from": row["in_force_from"],
        "in_force_to": row["in_force_to"],
        "state": _state(row),
        "content_hash": row["content_hash"],
        "loaded_at": row["loaded_at"],
    }


def _state(row: RowMapping) -> str:
    if row["in_force_from"] > today():
        return "coming"
    return "past" if row["in_force_to"] is not None and row["in_force_to"] < today() else "in_force"


def _schemes(rows: Sequence[RowMapping]) -> list[Document]:
    schemes = []
    for scheme, versions in groupby(rows, key=lambda row: str(row["scheme"])):
        references = [_reference(row) for row in versions]
        schemes.append({"scheme": scheme, "title": references[-1]["title"], "versions": references})
    return schemes


def _rules(rows: Iterable[Mapping[str, Any]], kind: str) -> list[Document]:
    return [
        {
            "id": row["id"],
            "step": str(row["step"]),
            "kind": kind,
            "sentence": row["sentence"],
            "proposes": row.get("proposes"),
            "flags": row.get("flags"),
            "warns": row.get("warns"),
            "ends_the_run": row.get("stops", False),
            "only_while_open": row.get("while_open", False),
        }
        for row in rows
    ]


async def list_schemes(request: Request, reads: AsyncConnection, page: PageParameters) -> Response:
    """Answer with a page of schemes and their versions, or with all of them; a table has a row a scheme."""
    schemes = _schemes(await repository.versions(reads))
    if whole := streamed(request, lambda: _each(schemes), COLUMNS):
        return whole
    after = page.key(str)
    rows = [each for each in schemes if after is None or each["scheme"] > str(after[0])]
    total = len(schemes) if page.include_total else None
    return page_response(request, page_of(request, page, rows, lambda each: (each["scheme"],), total=total))


async def _each(schemes: Sequence[Document]) -> AsyncIterator[Document]:
    for scheme in schemes:
        yield scheme


async def get_scheme(request: Request, reads: AsyncConnection, scheme: str) -> Response:
    """Answer with one scheme and its versions."""
    found = _schemes(await repository.versions(reads, scheme))
    if not found:
        raise PolicyNotFound("There is no such scheme.")
    return json_response(request, found[0])


async def get_version(request: Request, reads: AsyncConnection, scheme: str, version: int) -> Response:
    """Answer with one version in full."""
    row = await repository.version(reads, scheme, version)
    if row is None:
        raise PolicyNotFound("There is no such version of this scheme.")
    document = row["document"]
    shown = ("scheme", "description", "source", "results", "parameters", "warnings", "labels")
    rules = [*_rules(document["flags"], "flag"), *_rules(document["rules"], "rule")]
    body = {**_reference(row), **{name: document[name] for name in shown}}
    return json_response(request, {**body, "rules": rules, "decision": document.get("decision")})
