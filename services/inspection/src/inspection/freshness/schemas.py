"""The document of sources and how fresh they are."""

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from shared.schemas import ApiModel


class SourceFreshness(ApiModel):
    """One kind of file: the newest one loaded, how old it is, and whether a newer one is due."""

    name: str = Field(examples=["ofsted-latest-inspections"])
    label: str
    as_at: date | None = Field(description="the date the newest file speaks for; null: none was loaded")
    loaded_at: datetime | None
    age_days: int | None = Field(description="days from `as_at` to today")
    loads: int
    rows: int = Field(description="rows held that a file of this kind was the last to tell of")
    rows_by_table: dict[str, int] = Field(examples=[{"schools": 21990}])
    expected_every: str = Field(description="how often the file is published")
    expected_within_days: int | None = Field(description="an older file is stale; null: it never is")
    stale: bool | None
    stale_reason: Literal["not_loaded", "never_stale"] | None = Field(description="why `stale` is null")


class SourceList(ApiModel):
    """All kinds of file that this service loads, loaded yet or not."""

    today: date
    data: list[SourceFreshness]
