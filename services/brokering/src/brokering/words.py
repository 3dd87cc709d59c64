"""Words that must not stand in what clients write, by rules that are data."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

import yaml
from pydantic_core import PydanticCustomError

from shared.errors import FieldProblem, Unprocessable
from shared.words import found_words

CONFIDENTIAL: Final = "confidential_flag"


@lru_cache(maxsize=1)
def rules() -> tuple[dict[str, Any], ...]:
    """Return the rules: `code`, `pattern` and `refusal` of each."""
    return tuple(yaml.safe_load((files(__package__) / "words.yaml").read_text("utf-8")))


def speaks_openly(text: str) -> str:
    """Return a text that leaders and schools read; PydanticCustomError where it speaks of confidential judgements."""
    for rule in rules():
        if rule["code"] == CONFIDENTIAL and found_words(text, rule):
            raise PydanticCustomError(CONFIDENTIAL, rule["refusal"])
    return text


def refuse_words(pointer: str, text: str | None) -> None:
    """Raise Unprocessable where a text holds what a rule finds; what it found is personal, and is not repeated."""
    said = text or ""
    if found := [FieldProblem(pointer, rule["refusal"], rule["code"]) for rule in rules() if found_words(said, rule)]:
        raise Unprocessable("The words hold what a statement must not.", errors=found)
