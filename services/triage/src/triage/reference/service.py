"""Every code of this service with its label, from the policies and the list beside this file."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

import yaml
from fastapi import Request, Response

from shared.responses import json_response
from triage.policies.documents import packaged

_LISTS: Final[Mapping[str, Any]] = yaml.safe_load(
    (files("triage.reference") / "reference.yaml").read_text(encoding="utf-8")
)

DEFAULT_SCHEME: Final[str] = _LISTS["default_scheme"]
"""The scheme meant where a client names none."""


def _codes(table: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"code": code, "label": label} for code, label in table.items()]


def _scheme(document: Mapping[str, Any]) -> dict[str, Any]:
    decision = document.get("decision") or {}
    return {
        "scheme": document["scheme"],
        "label": document["title"],
        "results": [{"code": each["code"], "label": each["label"]} for each in document["results"]],
        "warnings": _codes(document["warnings"]),
        "tiers": decision.get("tiers"),
        "routes_by_tier": decision.get("routes"),
        "actions_by_tier": decision.get("actions"),
    }


@cache
def _reference_data() -> dict[str, Any]:
    newest = {document["scheme"]: document for document in packaged()}
    labels = packaged()[-1]["labels"]
    vocabulary = {name: _codes(labels[name]) for name in ("areas", "grades", "categories", "safeguarding")}
    lists = {name: rows for name, rows in _LISTS.items() if name != "default_scheme"}
    return {"schemes": [_scheme(each) for each in newest.values()], **lists, **vocabulary}


def get_reference_data(request: Request) -> Response:
    """Answer with all codes."""
    return json_response(request, _reference_data(), public=True)
