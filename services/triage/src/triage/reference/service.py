"""Every code of this service with its label, from the policies and the list beside this file."""

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

import yaml
from fastapi import Request, Response

from shared.errors import invalid
from shared.responses import json_response
from triage.eligibility.programmes import documents as programmes
from triage.policies.documents import packaged
from triage.procedure.documents import PROCEDURE, newest

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


def _programme(document: Mapping[str, Any]) -> dict[str, Any]:
    told = {name: document[name] for name in ("programme", "version", "routes", "exceptional_circumstances", "results")}
    return {
        **told,
        "label": document["title"],
        "rules": [
            {"code": code, "label": each["sentence"], "route": each["route"]}
            for code, each in document["rules"].items()
        ],
        "assumptions": _codes(document["assumptions"]),
        "parameters": document["parameters"],
    }


@cache
def _reference_data() -> dict[str, Any]:
    schemes = {document["scheme"]: document for document in packaged()}
    labels = packaged()[-1]["labels"]
    vocabulary = {name: _codes(labels[name]) for name in ("areas", "grades", "categories", "safeguarding")}
    lists = {name: rows for name, rows in _LISTS.items() if name != "default_scheme"}
    return {
        "schemes": [_scheme(each) for each in schemes.values()],
        "programmes": [_programme(each) for each in programmes().values()],
        **lists,
        **vocabulary,
        **_procedure_codes(),
    }


def _procedure_codes() -> dict[str, list[dict[str, str]]]:
    procedure = newest(PROCEDURE)
    authorisers = [{"code": each["role"], "label": each["label"]} for each in procedure["authorisers"]]
    found = {
        "parties": procedure["parties"],
        "notice_kinds": procedure["notices"]["kinds"],
        "representation_positions": procedure["representations"]["positions"],
        "decision_reasons": procedure["decision"]["reasons"],
        "urgent_grounds": procedure["urgent"]["grounds"],
        "review_outcomes": procedure["urgent"]["review_outcomes"],
    }
    lists = {name: [{"code": each["code"], "label": each["label"]} for each in rows] for name, rows in found.items()}
    return {"authorisers": authorisers, **lists}


@cache
def _results() -> dict[str, frozenset[str]]:
    """The results that any version of each scheme can propose."""
    found: dict[str, frozenset[str]] = {}
    for document in packaged():
        scheme = document["scheme"]
        found[scheme] = found.get(scheme, frozenset()) | {each["code"] for each in document["results"]}
    return found


def results_of(scheme: str) -> dict[str, str]:
    """The results of a scheme with their labels, in the order of its newest version."""
    document = {each["scheme"]: each for each in packaged()}[scheme]
    return {str(each["code"]): str(each["label"]) for each in document["results"]}


def require_code(name: str, code: str | None, parameter: str) -> None:
    """Raise Unprocessable when a parameter names a code that the list of this name does not hold."""
    _require([str(each["code"]) for each in _LISTS[name]], code, parameter)


def require_scheme(scheme: str | None, parameter: str) -> None:
    """Raise Unprocessable when a parameter names a scheme that does not exist."""
    _require(_results(), scheme, parameter)


def require_result(result: str | None, scheme: str | None, parameter: str) -> None:
    """Raise Unprocessable when a parameter names a result that the scheme never proposes; no scheme means any."""
    of_schemes = _results().values() if scheme is None else [_results().get(scheme, frozenset())]
    _require(sorted(frozenset[str]().union(*of_schemes)), result, parameter)


def _require(known: Iterable[str], code: str | None, parameter: str) -> None:
    if code is not None and code not in known:
        raise invalid(parameter, f"{code!r} is none of: {', '.join(known)}.", "unknown_code")


def get_reference_data(request: Request) -> Response:
    """Answer with all codes."""
    return json_response(request, _reference_data(), public=True)
