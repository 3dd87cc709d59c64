"""The programmes that the package carries: versioned documents beside those of the schemes."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

import yaml

from shared.errors import invalid
from triage.domain.eligibility import Programme

Document = Mapping[str, Any]

DEFAULT_PROGRAMME: Final = "tsi-2022-23"
EXCEPTIONAL: Final = "exceptional_circumstances"


@cache
def versions() -> tuple[Document, ...]:
    """Every version of every programme, by code and version."""
    data = files("triage.policies") / "data" / "programmes"
    found = [yaml.safe_load(each.read_text(encoding="utf-8")) for each in data.iterdir() if each.name.endswith(".yaml")]
    return tuple(sorted(found, key=lambda each: (each["programme"], each["version"])))


@cache
def documents() -> Mapping[str, Document]:
    """The newest version of every programme, by code."""
    return {each["programme"]: each for each in versions()}


@cache
def programme(code: str) -> Programme:
    """A programme as the rules read it; the code is one of `documents`."""
    document = documents()[code]
    return Programme(code, document["version"], document["parameters"], document["rules"], document["assumptions"])


def require_programme(code: str, route: str | None = None, pointer: str = "programme") -> Programme:
    """The programme of a code; raises Unprocessable where there is none, or none for schools or trusts (`route`)."""
    if code not in documents():
        raise invalid(pointer, f"{code!r} is none of: {', '.join(documents())}.", "unknown_code")
    if route is not None and route not in documents()[code]["routes"]:
        raise invalid(pointer, f"{code!r} has no {route} route.", "no_such_route")
    return programme(code)


def require_result(result: str | None, code: str) -> None:
    """Raise Unprocessable when a filter names a result that the programme does not give."""
    known = [each["code"] for each in documents()[code]["results"]]
    if result is not None and result not in known:
        raise invalid("result", f"{result!r} is none of: {', '.join(known)}.", "unknown_code")
