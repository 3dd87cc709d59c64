"""How much of a file may be odd before the file itself is in doubt; the figures are in `data/import_limits.json`."""

from typing import Any

from inspection.data import load


def limit(code: str) -> dict[str, Any]:
    """Return the figures of a limit."""
    return next(entry for entry in load("import_limits") if entry["code"] == code)


def beyond(code: str, count: int, of: int) -> bool:
    """Tell whether so many out of `of` are more than the few, and more than the share, that a limit allows."""
    figures = limit(code)
    return count > int(figures["few"]) and count > float(figures["share"]) * of
