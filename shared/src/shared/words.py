"""Finding words in free text by rules that are data."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any


def found_words(text: str, rule: Mapping[str, Any]) -> list[str]:
    """The words that a rule's `pattern` finds, each once, in their order, however they are typed."""
    return list(dict.fromkeys(match.group() for match in re.finditer(rule["pattern"], _plainly(text))))


def _plainly(text: str) -> str:
    """A text as it reads: one space for all that parts words, a hyphen for any dash, nothing for what is not seen."""
    seen = "".join(each for each in unicodedata.normalize("NFKC", text) if unicodedata.category(each) != "Cf")
    dashed = "".join("-" if unicodedata.category(each) == "Pd" else each for each in seen)
    return re.sub(r"[\s_]+", " ", dashed)
