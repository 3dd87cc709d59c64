"""Terms of one school as they are read, beside official figures that do not change."""

from collections.abc import Sequence
from typing import Any

from inspection.progress.shown import Official, Version
from inspection.progress.shown import shown as shown_of_line

URN = 100001


def shown(versions: Sequence[list[dict[str, Any]]], official: Official | None = None) -> list[dict[str, Any]]:
    """Return the last of these versions as it is read."""
    beside = {URN: official or Official()}
    return shown_of_line([Version(URN, measures, beside) for measures in versions], beside)
