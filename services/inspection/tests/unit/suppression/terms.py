"""Terms of one school as they are read, beside official figures that do not change."""

from collections.abc import Sequence
from typing import Any

from inspection.progress.shown import Official, Version
from inspection.progress.shown import shown as shown_of_versions


def shown(versions: Sequence[list[dict[str, Any]]], official: Official | None = None) -> list[dict[str, Any]]:
    """Return the last of these versions as it is read."""
    beside = [official or Official()]
    return shown_of_versions([Version(measures, beside) for measures in versions], beside)
