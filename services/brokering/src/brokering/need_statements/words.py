"""The words that a statement must not hold, by rules that are data."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml

from shared.errors import FieldProblem, Unprocessable
from shared.words import found_words


@lru_cache(maxsize=1)
def rules() -> tuple[dict[str, Any], ...]:
    """Return the rules: `code`, `pattern` and `refusal` of each."""
    return tuple(yaml.safe_load((files(__package__) / "words.yaml").read_text("utf-8")))


def refuse_words(pointer: str, text: str | None) -> None:
    """Raise Unprocessable where a text holds what a rule finds; what it found is personal, and is not repeated."""
    said = text or ""
    if found := [FieldProblem(pointer, rule["refusal"], rule["code"]) for rule in rules() if found_words(said, rule)]:
        raise Unprocessable("The words hold what a statement must not.", errors=found)
