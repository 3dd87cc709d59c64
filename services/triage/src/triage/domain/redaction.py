"""What is taken out of words before the public reads them, by rules that are data."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Redacted:
    """Words with what the rules found taken out, and how often each rule did."""

    text: str
    counts: Mapping[str, int]


def redact(text: str, rules: Sequence[Mapping[str, Any]]) -> Redacted:
    """Take out whatever a rule finds; each rule is a code, a label and a regular expression."""
    counts = {}
    for rule in rules:
        text, found = re.subn(rule["pattern"], f"[removed: {rule['label'].lower()}]", text)
        if found:
            counts[rule["code"]] = found
    return Redacted(text, counts)


def consulted_kinds(consulted: Sequence[str], shown: Sequence[str]) -> list[str]:
    """Those consulted by the kind of body they are, each once; whatever is no kind that may be shown is left out."""
    kinds = [each.partition(":")[0].strip() for each in consulted]
    return [kind for kind in dict.fromkeys(kinds) if kind in shown]
