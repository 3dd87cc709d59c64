"""Reads the code lists, which are a file of this package and change only with a release."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml


@lru_cache(maxsize=1)
def code_lists() -> dict[str, list[dict[str, Any]]]:
    """Return every list by its name; an entry has at least `code` and `label`."""
    loaded: dict[str, list[dict[str, Any]]] = yaml.safe_load((files(__package__) / "codes.yaml").read_text("utf-8"))
    return loaded


@lru_cache(maxsize=32)
def codes(name: str) -> frozenset[str]:
    """Return the codes of one list."""
    return frozenset(entry["code"] for entry in code_lists()[name])
