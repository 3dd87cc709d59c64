"""Programmes of support among the policies: their versions come with the package and are reckoned when asked for."""

from collections.abc import Mapping
from functools import cache
from itertools import groupby
from typing import Any

from triage.domain.sentences import parameters_of, say, value_at
from triage.eligibility import programmes
from triage.policies.catalogue import catalogue
from triage.policies.documents import Document, content_hash, load

_VOCABULARY = "vocabulary-1.yaml"


def listed() -> list[Document]:
    """Every programme with its versions, without their documents."""
    by_code = groupby(programmes.versions(), key=lambda each: str(each["programme"]))
    return [_programme(code, [reference_of(each) for each in versions]) for code, versions in by_code]


def _programme(code: str, versions: list[Document]) -> Document:
    return {"scheme": code, "kind": "programme", "title": versions[-1]["title"], "versions": versions}


def reference_of(document: Mapping[str, Any]) -> Document:
    """A version without its document. Its source names no day from which it was in force."""
    unknown = ("in_force_from", "in_force_to", "closed_by", "uncovered_from", "uncovered_to", "loaded_at", "drafted_by",
               "drafted_role", "step")  # fmt: skip
    return {
        "version": document["version"],
        "title": document["title"],
        **dict.fromkeys(unknown),
        "steps": [],
        "in_force_reason": "not_in_source",
        "state": "on_request",
        "content_hash": content_hash(document),
    }


@cache
def version(code: str, number: int) -> Document | None:
    """A version in full, each criterion in a sentence with its values; None where there is none."""
    for each in programmes.versions():
        if (each["programme"], each["version"]) == (code, number):
            return _whole(each)
    return None


def _whole(document: Mapping[str, Any]) -> Document:
    shown = ("source", "routes", "exceptional_circumstances", "results", "parameters", "assumptions")
    return {
        **reference_of(document),
        "scheme": document["programme"],
        **{name: document[name] for name in shown},
        "rules": [_rule(document, identifier) for identifier in document["rules"]],
        "tiers": document.get("tiers"),
    }


def _rule(document: Mapping[str, Any], identifier: str) -> Document:
    template = catalogue()["programmes"][document["programme"]][identifier]
    parameters, row = document["parameters"], document["rules"][identifier]
    return {
        "id": identifier,
        "route": row["route"],
        "sentence": say(template, parameters, load(_VOCABULARY)),
        "parameters": {path: value_at(parameters, path) for path in parameters_of(template)},
        **{name: row[name] for name in ("holds", "fails", "unknown")},
    }
