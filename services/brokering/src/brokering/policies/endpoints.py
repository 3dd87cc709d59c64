"""The public routes of the matching policy."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from brokering.policies.documents import documents
from brokering.policies.schemas import MatchingPolicyPage, MatchingPolicyVersion
from brokering.problems import PolicyNotFound
from shared.auth.access import Public
from shared.auth.principal import Principal
from shared.pagination import PageRequest, page_of
from shared.responses import LINES_OR_TABLE, csv_rows, json_response, ndjson, page_response, wants_csv, wants_ndjson

router = APIRouter(tags=["matching policies"])

_HEADINGS = ("version", "title", "effective_from")


@router.get(
    "/v1/matching-policies",
    operation_id="list_matching_policies",
    responses={200: {"model": MatchingPolicyPage, "content": LINES_OR_TABLE}},
)
async def list_matching_policies(
    _: Annotated[Principal | None, Public()], request: Request, page: PageRequest
) -> Response:
    """List the versions of the matching policy, newest first. A table has the headings; the parameters are a tree."""
    if wants_ndjson(request):
        return ndjson(_every_version(), public=True)
    if wants_csv(request):
        return csv_rows(_HEADINGS, _every_heading(), public=True)
    after = page.key(int)
    versions = [_published(each) for each in reversed(documents()) if after is None or each["version"] < after[0]]
    total = len(documents()) if page.include_total else None
    found = page_of(request, page, versions, lambda each: (each["version"],), total=total)
    return page_response(request, found, public=True)


@router.get(
    "/v1/matching-policies/{version}",
    operation_id="get_matching_policy",
    responses={200: {"model": MatchingPolicyVersion}},
)
async def get_matching_policy(
    _: Annotated[Principal | None, Public()], request: Request, version: Annotated[int, Path(ge=1, le=10_000)]
) -> Response:
    """Read one version of the matching policy."""
    found = [each for each in documents() if each["version"] == version]
    if not found:
        raise PolicyNotFound("The matching policy has no such version.")
    return json_response(request, _published(found[0]), public=True)


async def _every_version() -> AsyncIterator[dict[str, Any]]:
    for document in reversed(documents()):
        yield _published(document)


async def _every_heading() -> AsyncIterator[list[Any]]:
    for document in reversed(documents()):
        yield [document[name] for name in _HEADINGS]


def _published(document: dict[str, Any]) -> dict[str, Any]:
    parameters = {name: value for name, value in document.items() if name not in _HEADINGS}
    return {**{name: document[name] for name in _HEADINGS}, "parameters": _with_text_keys(parameters)}


def _with_text_keys(value: object) -> object:
    """Return the document as JSON has it: keys are text."""
    if isinstance(value, dict):
        return {str(key): _with_text_keys(inner) for key, inner in value.items()}
    return value
