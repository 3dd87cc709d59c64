"""Reads the day rates of the package."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml

from brokering.domain.money import DayRate, in_pence, rate_on


@lru_cache(maxsize=1)
def day_rates() -> tuple[DayRate, ...]:
    """Return every rate, oldest first."""
    documents = yaml.safe_load((files(__package__) / "day_rates.yaml").read_text("utf-8"))
    return tuple(sorted((_rate(document) for document in documents), key=lambda rate: rate.effective_from))


def day_rate(on: date) -> DayRate:
    """Return the rate in force on a day."""
    return rate_on(day_rates(), on)


def _rate(document: dict[str, Any]) -> DayRate:
    return DayRate(in_pence(document["amount"]), document["effective_from"], str(document["source"]))
