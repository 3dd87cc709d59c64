"""Policy documents as the package carries them, complete and checked.

A file names the vocabulary and the readings it was written with; both are joined in, so that the stored document stands
alone and its hash covers every word and number a result can depend on.
"""

import hashlib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import orjson
import yaml

from triage.domain.policy import Policy, read_policy
from triage.domain.tiering import Judge

Document = dict[str, Any]

_DATA = files("triage.policies") / "data"


def canonical(value: object) -> bytes:
    """JSON with sorted keys and no spaces: equal values have equal bytes."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def content_hash(value: object) -> str:
    """SHA-256 of the canonical JSON, in hexadecimal."""
    return hashlib.sha256(canonical(value)).hexdigest()


def load(name: str) -> Document:
    """A file of the package's data."""
    loaded: Document = yaml.safe_load((_DATA / name).read_text(encoding="utf-8"))
    return loaded


def _complete(document: Mapping[str, Any]) -> Document:
    readings = load(f"readings-{document['readings']}.yaml")
    return {
        **document,
        "labels": load(f"vocabulary-{document['vocabulary']}.yaml"),
        "parameters": {**readings["parameters"], **document["parameters"]},
        "flags": readings["flags"],
    }


@cache
def packaged() -> tuple[Document, ...]:
    """Every policy version of the package, complete, by scheme and version.

    Raises:
        PolicyInvalid: one of them could not be run.
    """
    names = sorted(each.name for each in _DATA.iterdir() if "-v" in each.name)
    documents = [_complete(load(name)) for name in names]
    for document in documents:
        Judge.of(read_policy(document))
    return tuple(documents)


def packaged_policies() -> tuple[Policy, ...]:
    """The package's policy versions, ready to run."""
    return tuple(read_policy(document) for document in packaged())
