"""The base of request and response models, and shapes that every service answers with."""

from datetime import date, datetime
from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic_core import PydanticCustomError

T = TypeVar("T")


class ApiModel(BaseModel):
    """A document the service answers with."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)


class RequestModel(BaseModel):
    """A document the service is sent: a field it does not know is an error, not a shrug."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    @field_validator("*", mode="before")
    @classmethod
    def _without_nul(cls, value: object) -> object:
        """Refuse the one character that the database cannot hold, where it stands."""
        texts = value if isinstance(value, list) else [value]
        if any(isinstance(text, str) and "\x00" in text for text in texts):
            raise PydanticCustomError("nul_character", "It holds a NUL character (U+0000), which cannot be stored.")
        return value


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

    pointer: str = Field(description="JSON pointer into the body, or the parameter's name", examples=["/items/3"])
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
