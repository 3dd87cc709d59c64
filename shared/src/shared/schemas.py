"""The base of request and response models, and shapes that every service answers with."""

from datetime import date, datetime
from functools import cache
from types import NoneType
from typing import Annotated, Any, Final, Generic, TypeVar, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

T = TypeVar("T")
_NUMBERS: Final = frozenset({int, float})
CELLS: Final = {"cells": True}
"""The context in which a request model is validated whose values are the cells of a table, and so all text."""

_WANTED: Final = {True: "true or false", False: "a number"}


class ApiModel(BaseModel):
    """A document the service answers with."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)


class RequestModel(BaseModel):
    """A document the service is sent: a field it does not know is an error, not a shrug, and so is "5" for 5."""

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
        """Refuse text and truth values for numbers, and numbers and text for truth values; cells are all text."""
        if info.context is CELLS:
            return value
        kinds = _kinds(cls, str(info.field_name))
        members = value.values() if isinstance(value, dict) else value if isinstance(value, list) else [value]
        if kinds and any(_is_of_another_type(member, kinds) for member in members):
            raise PydanticCustomError("json_type", f"Here {_WANTED[kinds == {bool}]} is wanted, as JSON has it.")
        return value


@cache
def _kinds(model: type[BaseModel], field: str) -> frozenset[type]:
    """Return what a field takes, or the members of its list or object, where that is numbers or truth values alone."""
    kinds = frozenset(_leaves(model.model_fields[field].annotation)) - {NoneType}
    return kinds if kinds <= {*_NUMBERS, bool} else frozenset()


def _leaves(annotation: Any) -> list[type]:
    within = get_args(annotation)
    if get_origin(annotation) is Annotated:
        within = within[:1]
    elif get_origin(annotation) is dict:
        within = within[1:]
    return [leaf for each in within for leaf in _leaves(each)] or [annotation]


def _is_of_another_type(value: object, kinds: frozenset[type]) -> bool:
    if isinstance(value, bool):
        return bool not in kinds
    return isinstance(value, str) or (isinstance(value, int | float) and not kinds & _NUMBERS)


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
