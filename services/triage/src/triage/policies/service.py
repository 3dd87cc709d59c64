"""Policies as clients read them."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any, Final

from fastapi import Request, Response
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from shared.auth import Principal
from shared.negotiation import prefers_html
from shared.pagination import PageParameters, page_of
from shared.responses import json_response
from shared.responses import page_response as list_response
from triage.listing import streamed
from triage.policies import programmes, repository
from triage.policies.catalogue import readings_of, sentence_of, values_of
from triage.policies.cautions import cautions_of
from triage.policies.pages import page_response
from triage.policies.pages.programme import programme_page
from triage.policies.pages.version import version_page
from triage.problems import PolicyNotFound

Document = dict[str, Any]
COLUMNS: Final = ("scheme", "kind", "title")


def reference_of(row: RowMapping, on: date) -> Document:
    """A version without its document."""
    names = ("version", "title", "in_force_from", "in_force_to", "closed_by", "uncovered_from", "uncovered_to",
             "content_hash", "loaded_at")  # fmt: skip
    steps = list(_steps(row))
    return {
        **{name: row[name] for name in names},
        "in_force_reason": None,
        "state": state_of(row, on),
        "drafted_by": row["drafted_by"],
        "drafted_role": row["drafted_role"],
        "step": steps[-1] if steps else None,
        "steps": steps,
    }


def _steps(row: RowMapping) -> Iterator[Document]:
    """The steps a version took, in their order: a draft one, and an active version that was withdrawn another."""
    if row["step"]:
        taken = {name: row[name] for name in ("step", "reason", "taken_by", "taken_role", "taken_at")}
        yield {**taken, "replaced_by": None}
    if row["withdrawn_at"] is not None:
        yield {
            "step": "withdrawn",
            "reason": row["withdrawn_reason"],
            "taken_by": row["withdrawn_by"],
            "taken_role": row["withdrawn_role"],
            "taken_at": row["withdrawn_at"],
            "replaced_by": row["replaced_by"],
        }


def state_of(row: RowMapping, on: date) -> str:
    """Where a version stands on a day."""
    if not row["active"]:
        return "withdrawn" if row["step"] or row["withdrawn_at"] else "draft"
    if row["in_force_from"] > on:
        return "coming"
    return "past" if row["in_force_to"] is not None and row["in_force_to"] < on else "in_force"


def latest(held: Sequence[RowMapping]) -> RowMapping:
    """The version of a scheme that is active last."""
    return max(held, key=lambda row: (row["active"], row["in_force_from"], row["version"]))


def sees_drafts(principal: Principal) -> bool:
    """Whether drafts are for this client: what is not law yet is the department's own."""
    return principal.org.kind == "dfe"


def _schemes(rows: Sequence[RowMapping], on: date) -> list[Document]:
    schemes = []
    for scheme, versions in groupby(rows, key=lambda row: str(row["scheme"])):
        held = list(versions)
        title = latest(held)["title"]
        references = [reference_of(row, on) for row in held]
        schemes.append({"scheme": scheme, "kind": "scheme", "title": title, "versions": references})
    return schemes


def rules_of(document: Mapping[str, Any]) -> list[Document]:
    """Flags and rules of a version in their order, each in a sentence with its values."""
    return [_rule(document, kind, row) for kind in ("flags", "rules") for row in document[kind]]


def _rule(document: Mapping[str, Any], kind: str, row: Mapping[str, Any]) -> Document:
    return {
        "id": row["id"],
        "step": str(row["step"]),
        "kind": kind.removesuffix("s"),
        "sentence": sentence_of(document, kind, row),
        "parameters": values_of(document, kind, row["id"]),
        "holds": row["holds"],
        "fails": row["fails"],
        "proposes": row.get("proposes"),
        "flags": row.get("flags"),
        "warns": row.get("warns"),
        "ends_the_run": row.get("stops", False),
        "only_while_open": row.get("while_open", False),
    }


async def list_schemes(
    request: Request, reads: AsyncConnection, principal: Principal, page: PageParameters, on: date
) -> Response:
    """Answer with a page of schemes and their versions, or with all of them; a table has a row a scheme."""
    schemes = _schemes(await repository.versions(reads, with_drafts=sees_drafts(principal)), on)
    schemes = sorted([*schemes, *programmes.listed()], key=lambda each: str(each["scheme"]))
    if whole := streamed(request, lambda: _each(schemes), COLUMNS):
        return whole
    after = page.key(str)
    rows = [each for each in schemes if after is None or each["scheme"] > str(after[0])]
    total = len(schemes) if page.include_total else None
    return list_response(request, page_of(request, page, rows, lambda each: (each["scheme"],), total=total))


async def _each(schemes: Sequence[Document]) -> AsyncIterator[Document]:
    for scheme in schemes:
        yield scheme


async def get_scheme(request: Request, reads: AsyncConnection, principal: Principal, scheme: str, on: date) -> Response:
    """Answer with one scheme and its versions."""
    found = _schemes(await repository.versions(reads, scheme, with_drafts=sees_drafts(principal)), on)
    found += [each for each in programmes.listed() if each["scheme"] == scheme]
    if not found:
        raise PolicyNotFound("There is no such scheme.")
    return json_response(request, found[0])


async def get_version(  # noqa: PLR0917 - as the endpoint has them
    request: Request, reads: AsyncConnection, principal: Principal, scheme: str, version: int, on: date
) -> Response:
    """Answer with one version in full; as a page where the client would rather have one."""
    programme = programmes.version(scheme, version)
    if programme is not None:
        return _answer(request, programme, programme_page)
    row = await visible_version(reads, principal, scheme, version)
    return _answer(request, document_of(row, on, await active_of(reads, scheme)), version_page)


def _answer(request: Request, document: Document, page: Callable[[Document], str]) -> Response:
    if prefers_html(request):
        return page_response(request, page(document))
    return json_response(request, document)


async def visible_version(reads: AsyncConnection, principal: Principal, scheme: str, version: int) -> RowMapping:
    """Return a version that the client may see, with its document; raises PolicyNotFound."""
    row = await repository.version(reads, scheme, version)
    if row is None or not (row["told"] or sees_drafts(principal)):
        raise PolicyNotFound("There is no such version of this scheme.")
    return row


async def active_of(reads: AsyncConnection | AsyncSession, scheme: str) -> list[RowMapping]:
    """Return the active versions of a scheme, without their documents."""
    return [row for row in await repository.versions(reads, scheme) if row["active"]]


def document_of(row: RowMapping, on: date, active: Sequence[RowMapping]) -> Document:
    """A version in full; `active` are those of its scheme."""
    document = row["document"]
    shown = ("scheme", "description", "source", "results", "parameters", "warnings", "labels")
    return {
        **reference_of(row, on),
        **{name: document[name] for name in shown},
        "readings": readings_of(document),
        "rules": rules_of(document),
        "support_months": document.get("support_months"),
        "decision": document.get("decision"),
        "cautions": cautions_of(row, state_of(row, on), active),
        "document": postable(document),
    }


def postable(document: Mapping[str, Any]) -> Document:
    """What a version was drafted with, or would have been: a draft of the same content when it is posted."""
    kept = {name: document[name] for name in ("title", "description", "in_force", "source", "parameters")}
    return {
        **kept,
        "rules": [_order(row) for row in document["rules"]],
        "support_months": document.get("support_months"),
    }


def _order(row: Mapping[str, Any]) -> Document:
    effects = {"proposes": row.get("proposes"), "warns": row.get("warns")}
    when = {name: row.get(name, False) for name in ("while_open", "stops")}
    return {"id": row["id"], "step": str(row["step"]), **effects, **when}
