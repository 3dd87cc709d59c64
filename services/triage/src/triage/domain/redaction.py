"""What is taken out of words before the public reads them, by rules that are data."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Redacted:
    """Words with what the rules found taken out, and how often each rule did."""

    text: str
    counts: Mapping[str, int]


Find = Callable[[str, str], Sequence[tuple[int, int]]]
"""Where in a text a pattern is found, in order and apart."""


def redact(text: str, rules: Sequence[Mapping[str, Any]], find: Find) -> Redacted:
    """Take out whatever a rule finds; each rule is a code, a label and a regular expression."""
    counts = {}
    for rule in rules:
        if spans := find(text, rule["pattern"]):
            counts[rule["code"]] = len(spans)
            for start, end in reversed(spans):
                text = f"{text[:start]}[removed: {rule['label'].lower()}]{text[end:]}"
    return Redacted(text, counts)


def consulted_kinds(consulted: Sequence[str], shown: Sequence[str]) -> list[str]:
    """Those consulted by the kind of body they are, each once; whatever is no kind that may be shown is left out."""
    kinds = [each.partition(":")[0].strip() for each in consulted]
    return [kind for kind in dict.fromkeys(kinds) if kind in shown]
