"""Two versions of a scheme beside each other, as clients read them."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from fastapi import Request, Response
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.auth import Principal
from shared.negotiation import prefers_html
from shared.responses import json_response
from triage.domain.differing import changed_order, changed_rules, changed_values
from triage.policies.catalogue import readings_of
from triage.policies.documents import Document
from triage.policies.pages import page_response
from triage.policies.pages.comparison import comparison_page
from triage.policies.service import reference_of, rules_of, visible_version

_ELSEWHERE: Final = frozenset(
    {"scheme", "version", "in_force", "parameters", "flags", "rules", "vocabulary", "readings"}
)
"""Parts of a document that are told under names of their own, or are of no effect once it is complete."""


async def compare(
    request: Request, reads: AsyncConnection, principal: Principal, *, scheme: str, versions: tuple[int, int], on: date
) -> Response:
    """Answer with what differs between two versions; as a page where the client would rather have one."""
    before, after = [await visible_version(reads, principal, scheme, each) for each in versions]
    document = difference(before, after, on)
    if prefers_html(request):
        return page_response(request, comparison_page(document))
    return json_response(request, document)


def difference(before: RowMapping, after: RowMapping, on: date) -> Document:
    """What differs between two versions: the values, and the rules with their sentences."""
    old, new = before["document"], after["document"]
    rules = rules_of(old), rules_of(new)
    return {
        "scheme": before["scheme"],
        "before": reference_of(before, on),
        "after": reference_of(after, on),
        "parameters": [
            {**each, "rules": list(_that_go_by(each["path"], (*rules[0], *rules[1])))}
            for each in changed_values(old["parameters"], new["parameters"])
        ],
        "readings": _readings(old, new),
        "rules": changed_rules(*rules),
        "order": changed_order(*rules),
        "others": changed_values(_others(old), _others(new)),
    }


def _that_go_by(path: str, rules: Iterable[Mapping[str, Any]]) -> dict[str, None]:
    """The ids of the rules that go by a parameter or by what it is part of, each once."""
    found = [each["id"] for each in rules if any(f"{path}.".startswith(f"{whole}.") for whole in each["parameters"])]
    return dict.fromkeys(found)


def _readings(old: Document, new: Document) -> list[Document]:
    pairs = zip(readings_of(old), readings_of(new), strict=True)
    return [{"id": was["id"], "before": was["sentence"], "after": now["sentence"]} for was, now in pairs if was != now]


def _others(document: Mapping[str, Any]) -> Document:
    return {name: value for name, value in document.items() if name not in _ELSEWHERE}
