"""The forms beside JSON in which a list can be had, as the OpenAPI document tells them."""

from typing import Any, Final

from shared.responses import CSV, NDJSON

LINES: Final[dict[str, Any]] = {NDJSON: {"schema": {"type": "string", "description": "one document a line"}}}
LINES_OR_TABLE: Final[dict[str, Any]] = {**LINES, CSV: {"schema": {"type": "string", "description": "all rows"}}}
