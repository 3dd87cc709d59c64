"""The versions of the procedure and of the school holidays that the package carries."""

import re
from functools import cache
from importlib.resources import files
from typing import Any, Final

import yaml

from triage.policies.documents import content_hash

Document = dict[str, Any]

PROCEDURE: Final = "procedure"
SCHOOL_HOLIDAYS: Final = "school-holidays"
_NAME: Final = re.compile(r"(?P<kind>[a-z-]+)-v\d+\.yaml")


@cache
def packaged() -> tuple[tuple[str, Document, str], ...]:
    """Every version of the package: its kind, the document, and the hash of its content; by kind and version."""
    found = []
    for path in (files("triage.procedure") / "data").iterdir():
        if name := _NAME.fullmatch(path.name):
            document: Document = yaml.safe_load(path.read_text(encoding="utf-8"))
            found.append((name["kind"], document, content_hash(document)))
    return tuple(sorted(found, key=lambda each: (each[0], each[1]["version"])))


def newest(kind: str) -> Document:
    """The newest version of a kind, for the labels of its codes."""
    return [document for each, document, _ in packaged() if each == kind][-1]
