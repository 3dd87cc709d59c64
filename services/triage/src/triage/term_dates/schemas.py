"""Term dates on the wire."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field, HttpUrl, StringConstraints

from shared.schemas import ApiModel, RequestModel

FIRST = date(2023, 11, 1)
LAST = date(2100, 1, 1)
Day = Annotated[date, Field(ge=FIRST, le=LAST)]


class NewHalfTerm(RequestModel):
    """The holiday within a term: both days are of it."""

    first_day: Day
    last_day: Day


class NewTerm(RequestModel):
    """A term: pupils are in school from its first day to its last, but for the half-term."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=100)] = Field(examples=["autumn term 2026"])
    first_day: Day
    last_day: Day
    half_term: NewHalfTerm | None = None


class NewSource(RequestModel):
    """Where the authority published the dates."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=300)]
    url: HttpUrl | None = None
    as_at: date = Field(description="the day the publication is of")


class NewTermDates(RequestModel):
    """The next version: terms in their order, complete between the first and the last of them."""

    terms: Annotated[list[NewTerm], Field(min_length=1, max_length=30)]
    source: NewSource
    reason: Annotated[str, StringConstraints(min_length=1, max_length=2000)] | None = Field(
        None, description="why the dates change; the first version needs none"
    )


class HalfTerm(ApiModel):
    """The holiday within a term: both days are of it."""

    first_day: date
    last_day: date


class Term(ApiModel):
    """A term: schools are open from its first day to its last, but for the half-term."""

    name: str
    first_day: date
    last_day: date
    half_term: HalfTerm | None


class TermDatesSource(ApiModel):
    """Where the authority published the dates."""

    name: str
    url: str | None
    as_at: date


class TermDates(ApiModel):
    """One version of an authority's term dates."""

    local_authority_code: str
    version: int
    terms: list[Term]
    source: TermDatesSource
    reason: str | None
    recorded_at: datetime


class TermDatesVersions(ApiModel):
    """All versions, the newest first: that is the one in use. Empty: the school holidays in force are gone by."""

    data: list[TermDates]
