"""What a version may be made of, and each of its rules in a sentence with the values of its parameters."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from triage.domain.sentences import parameters_of, say, value_at
from triage.policies.documents import Document, load, packaged


@cache
def catalogue() -> Document:
    """The catalogue: opening and closing rules, and a sentence for every reading, flag and rule."""
    return load("catalogue-1.yaml")


def known_rules() -> Sequence[str]:
    """The ids of the rules that a version may be made of."""
    return list(catalogue()["rules"])


def told(document: Mapping[str, Any], template: str) -> str:
    """A template in the words and with the values of a version."""
    return say(template, document["parameters"], {**document["labels"], "choices": catalogue()["choices"]})


def sentence_of(document: Mapping[str, Any], kind: str, row: Mapping[str, Any]) -> str:
    """A flag or rule (`kind` is `flags` or `rules`) of a version in a sentence with its values."""
    return told(document, catalogue()[kind][row["id"]])


def values_of(document: Mapping[str, Any], kind: str, identifier: str) -> dict[str, Any]:
    """The parameters that a flag or rule goes by, each by its path with its value in a version."""
    paths = parameters_of(catalogue()[kind][identifier])
    return {path: value_at(document["parameters"], path) for path in paths}


def readings_of(document: Mapping[str, Any]) -> list[Document]:
    """How a version reads the evidence before any rule is tried."""
    return [{"id": each["id"], "sentence": told(document, each["sentence"])} for each in catalogue()["readings"]]


def texts_of(rule: str, documents: Iterable[Mapping[str, Any]]) -> Document:
    """What a rule says of a school, and whether that is confidential: as in the first of the documents that has it."""
    row = next(row for row in _rules((*documents, *packaged())) if row["id"] == rule)
    return {name: row[name] for name in ("holds", "fails", "confidential") if name in row}


def _rules(documents: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for document in documents:
        yield from document["rules"]
