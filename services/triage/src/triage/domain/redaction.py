"""What is taken out of words before the public reads them, by rules that are data."""

import re
import unicodedata
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


def found_words(text: str, rule: Mapping[str, Any]) -> list[str]:
    """The words that a rule finds, each once, in their order, however they are typed."""
    return list(dict.fromkeys(match.group() for match in re.finditer(rule["pattern"], _plainly(text))))


def _plainly(text: str) -> str:
    """A text as it reads: one space for all that parts words, a hyphen for any dash, nothing for what is not seen."""
    seen = "".join(each for each in unicodedata.normalize("NFKC", text) if unicodedata.category(each) != "Cf")
    dashed = "".join("-" if unicodedata.category(each) == "Pd" else each for each in seen)
    return re.sub(r"[\s_]+", " ", dashed)


def consulted_kinds(consulted: Sequence[str], shown: Sequence[str]) -> list[str]:
    """Those consulted by the kind of body they are, each once; whatever is no kind that may be shown is left out."""
    kinds = [each.partition(":")[0].strip() for each in consulted]
    return [kind for kind in dict.fromkeys(kinds) if kind in shown]
