"""Reference data: codes, labels and columns of files, as data and not as code. Sources are told in README.md here."""

from functools import lru_cache
from importlib import resources
from typing import Any

import orjson


@lru_cache
def load(name: str) -> list[dict[str, Any]]:
    """Return the list `<name>.json`; each entry has at least `code` and `label`. Do not change it."""
    rows: list[dict[str, Any]] = orjson.loads((resources.files(__name__) / f"{name}.json").read_bytes())
    return rows


@lru_cache
def load_columns(kind: str) -> dict[str, Any]:
    """Return what is known of the columns of a kind of file, `columns/<kind>.json`. Do not change it."""
    columns: dict[str, Any] = orjson.loads((resources.files(__name__) / "columns" / f"{kind}.json").read_bytes())
    return columns


@lru_cache
def load_texts() -> dict[str, Any]:
    """Return the catalogue of all text that parents read, `texts.json`, by section and name. Do not change it."""
    texts: dict[str, Any] = orjson.loads((resources.files(__name__) / "texts.json").read_bytes())
    return texts
