"""The kinds of official file: data in `kinds.yaml`."""

from collections.abc import Mapping
from functools import cache
from importlib import resources

import yaml

from improve.errors import UsageError


@cache
def kinds() -> Mapping[str, str]:
    """Every kind, with the name of the service that it goes to."""
    document: Mapping[str, str] = yaml.safe_load(resources.files("improve").joinpath("kinds.yaml").read_text("utf-8"))
    return document


def checked_kind(kind: str) -> str:
    """The kind itself; raises UsageError for an unknown one, for example one that is misspelt."""
    if kind not in kinds():
        raise UsageError(f"there is no kind {kind} (kinds: {', '.join(kinds())})")
    return kind
