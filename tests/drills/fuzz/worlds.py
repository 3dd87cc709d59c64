"""The world of each service, by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.drills.fuzz.brokering_world import brokering_world
from tests.drills.fuzz.inspection_world import inspection_world
from tests.drills.fuzz.triage_world import triage_world

from shared.testing.plugin import DatabaseUrls

WORLDS: dict[str, Callable[[DatabaseUrls], Any]] = {
    "inspection": inspection_world,
    "triage": triage_world,
    "brokering": brokering_world,
}
