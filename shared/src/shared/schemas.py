"""The base of request and response models, and shapes that every service answers with."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from types import NoneType
from typing import Annotated, Any, Final, Generic, TypeVar, get_args, get_origin

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

T = TypeVar("T")
_NUMBER: Final = "a number"
_TRUTH: Final = "true or false"
_TEXT: Final = "text"
_DAY: Final = "text (YYYY-MM-DD)"
_TIME: Final = "text (a time as ISO 8601 has it)"
_JSON_TYPES: Final[Mapping[Any, str]] = {
    int: _NUMBER,
    float: _NUMBER,
    bool: _TRUTH,
    date: _DAY,
    datetime: _TIME,
    AwareDatetime: _TIME,
    str: _TEXT,
}
_WRITTEN_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
CELLS: Final = {"cells": True}
"""The context in which a request model is validated whose values are the cells of a table, and so all text."""


class ApiModel(BaseModel):
    """A document the service answers with."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)


class RequestModel(BaseModel):
    """A document the service is sent: a field it does not know is an error, not a shrug, and so is "5" for 5.

    A day is text and nothing but a day, YYYY-MM-DD: neither seconds since 1970 nor a time of that day.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    @field_validator("*", mode="before")
    @classmethod
    def _without_nul(cls, value: object) -> object:
        """Refuse the one character that the database cannot hold, where it stands."""
        texts = value if isinstance(value, list) else [value]
        if any(isinstance(text, str) and "\x00" in text for text in texts):
            raise PydanticCustomError("nul_character", "It holds a NUL character (U+0000), which cannot be stored.")
        return value

    @field_validator("*", mode="before")
    @classmethod
    def _of_its_json_type(cls, value: object, info: ValidationInfo) -> object:
        """Refuse text and truth values for numbers, numbers for days, and so on; cells are all text."""
        wanted = _json_types(cls, str(info.field_name))
        members = value.values() if isinstance(value, dict) else value if isinstance(value, list) else [value]
        for member in members if wanted else ():
            if info.context is not CELLS and _is_of_another_type(member, wanted):
                raise PydanticCustomError("json_type", f"Here {' or '.join(wanted)} is wanted, as JSON has it.")
            if isinstance(member, str) and not _is_written_as(member, wanted):
                raise PydanticCustomError("date_from_datetime_parsing", f"Here {' or '.join(wanted)} is wanted.")
        return value


@cache
def _json_types(model: type[BaseModel], field: str) -> tuple[str, ...]:
    """Return what a field takes, or the members of its list or object; () where that is text alone, or no scalar."""
    leaves = [leaf for leaf in _leaves(model.model_fields[field].annotation) if leaf is not NoneType]
    types = {_TEXT if isinstance(leaf, str) else _JSON_TYPES.get(leaf) for leaf in leaves}
    return () if None in types or types == {_TEXT} else tuple(sorted(filter(None, types)))


def _leaves(annotation: Any) -> list[Any]:
    within = get_args(annotation)
    if get_origin(annotation) is Annotated:
        within = within[:1]
    elif get_origin(annotation) is dict:
        within = within[1:]
    return [leaf for each in within for leaf in _leaves(each)] or [annotation]


def _is_of_another_type(value: object, wanted: tuple[str, ...]) -> bool:
    if isinstance(value, bool):
        return _TRUTH not in wanted
    if isinstance(value, int | float):
        return _NUMBER not in wanted
    return isinstance(value, str) and not {_TEXT, _DAY, _TIME} & {*wanted}


def _is_written_as(text: str, wanted: tuple[str, ...]) -> bool:
    """Tell whether text can be the day or the time that is wanted; a time begins with its day."""
    if not {*wanted} <= {_DAY, _TIME}:
        return True
    return bool(_WRITTEN_DAY.match(text) if _TIME in wanted else _WRITTEN_DAY.fullmatch(text))


class Source(ApiModel):
    """Where a value came from, the date it speaks for, and when it was loaded."""

    name: str = Field(examples=["monthly-file"])
    as_at: date | None = None
    loaded_at: datetime | None = None


class Paging(ApiModel):
    """How to go on: `next_cursor` and `next_url` are null on the last page."""

    limit: int
    next_cursor: str | None = None
    next_url: str | None = None
    total: int | None = Field(None, description="only with include_total=true")


class Page(ApiModel, Generic[T]):
    """One page of a list."""

    data: list[T]
    paging: Paging


class Progress(ApiModel):
    """How far a long piece of work has come; `total` is null until it is known."""

    done: int
    total: int | None = None
    step: str | None = None


class FieldError(ApiModel):
    """One thing wrong with one part of the input."""

    pointer: str = Field(
        description="JSON pointer into the body (empty: all of it), or the parameter's name", examples=["/items/3"]
    )
    detail: str
    code: str


class Problem(ApiModel):
    """An error, as RFC 9457 has it."""

    type: str = Field(examples=["urn:problem:not-found"])
    title: str
    status: int
    detail: str
    instance: str
    trace_id: str
    errors: list[FieldError] = []
