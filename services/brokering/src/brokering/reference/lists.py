"""Reads the code lists, which are a file of this package and change only with a release."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml
from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from brokering.budgets.rates import day_rates
from brokering.domain import episode_states, offer_states
from brokering.domain.money import DayRate, pounds


@lru_cache(maxsize=1)
def code_lists() -> dict[str, list[dict[str, Any]]]:
    """Return every list by its name; an entry has at least `code` and `label`."""
    loaded: dict[str, list[dict[str, Any]]] = yaml.safe_load((files(__package__) / "codes.yaml").read_text("utf-8"))
    offers = [state for state in offer_states.STATES.values() if state.code != "proposed"]
    episodes = episode_states.STATES.values()
    return {
        **loaded,
        "day_rates": [_rate(rate) for rate in day_rates()],
        "offer_states": [_state(each.code, each.label, each.stands) for each in offers],
        "episode_states": [_state(each.code, each.label, each.stands) for each in episodes],
    }


def _rate(rate: DayRate) -> dict[str, Any]:
    return {
        "code": f"from_{rate.effective_from}",
        "label": f"£{pounds(rate.pence)} a day",
        "description": rate.source,
        "amount": pounds(rate.pence),
        "effective_from": rate.effective_from,
    }


def _state(code: str, label: str, stands: str) -> dict[str, str]:
    return {"code": code, "label": label, "description": stands}


@lru_cache(maxsize=32)
def codes(name: str) -> frozenset[str]:
    """Return the codes of one list."""
    return frozenset(entry["code"] for entry in code_lists()[name])


@dataclass(frozen=True, slots=True)
class OneOf:
    """Makes a string one of a list's codes, in `Annotated`: any other is refused as `unknown_code`, where it stands."""

    name: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "enum": [entry["code"] for entry in code_lists()[self.name]]}

    def _check(self, value: str) -> str:
        if value not in codes(self.name):
            known = ", ".join(entry["code"] for entry in code_lists()[self.name])
            raise PydanticCustomError("unknown_code", "Not one of: {known}.", {"known": known})
        return value
