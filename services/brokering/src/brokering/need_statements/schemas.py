"""Statements as they are sent and answered."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from brokering.leaders.schemas import Area
from brokering.needs.schemas import NeedDays, Stated
from brokering.reference.lists import OneOf
from brokering.text import Paragraph
from shared.schemas import Page, RequestModel

Form = Annotated[str, OneOf("visit_modes")]


class NewNeedStatement(RequestModel):
    """What a school or its responsible body says that the school needs. It takes the place of its last statement."""

    urn: int = Field(ge=1, le=2**31 - 1)
    support_wished: bool = Field(True, description="false: no support, or no more; then only `text` is said")
    days: NeedDays | None = Field(None, description="within the policy's cap; not said unless told", examples=[6])
    areas: list[Area] = Field(default_factory=list, max_length=30)
    form: Form | None = Field(None, description="the form that is preferred; null: either")
    starts_on: date | None = Field(None, description="support is wished from then on")
    ends_on: date | None = None
    text: Paragraph | None = Field(
        None, description="plain text; it names no pupil or other person, and nothing of confidential judgements"
    )

    @model_validator(mode="after")
    def _says_one_thing(self) -> NewNeedStatement:
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise PydanticCustomError("dates_in_order", "It ends (`ends_on`) before it begins (`starts_on`).")
        asks = any([self.days, self.areas, self.form, self.starts_on, self.ends_on])
        if not self.support_wished and asks:
            raise PydanticCustomError("nothing_to_ask", "Where no support is wished, nothing is asked but by `text`.")
        if self.support_wished and not (asks or self.text):
            raise PydanticCustomError("nothing_said", "Say something of what is needed, in `text` at least.")
        return self


class NeedStatement(Stated):
    """A statement with its place among those of its organisation. Nothing in it depends on a need's being on record."""

    urn: int
    school_name: str
    stated_by: str
    role: str
    supersedes: UUID | None
    standing: bool = Field(description="false: the organisation has said something else since")


class NeedStatementPage(Page[NeedStatement]):
    """One page of statements, newest first."""
