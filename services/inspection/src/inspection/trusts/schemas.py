"""The documents of trusts."""

from datetime import date
from uuid import UUID

from pydantic import Field, model_validator

from inspection.schools.schemas import MAX_LOOKUP, School, Search
from shared.schemas import ApiModel, Page, RequestModel, Source


class Trust(ApiModel):
    """A trust, with counts of the schools that are in it now."""

    uid: str = Field(examples=["5143"])
    trn: str | None = Field(examples=["TR00814"])
    ukprn: str | None
    companies_house_number: str | None
    name: str | None
    kind: str | None = Field(examples=["multi_academy_trust"])
    status: str | None
    open_date: date | None
    close_date: date | None
    postcode: str | None
    schools: int = Field(description="open schools in the trust")
    report_cards: int = Field(description="open schools in the trust that have a report card")
    source: Source


class TrustPage(Page[Trust]):
    """One page of trusts."""

    search: Search | None = Field(None, description="only with `q`")


class TrustLookup(RequestModel):
    """Up to 1,000 trusts, named by any of their identifiers."""

    uids: list[str] = Field(default=[], max_length=MAX_LOOKUP, examples=[["5143"]])
    trns: list[str] = Field(default=[], max_length=MAX_LOOKUP, examples=[["TR00814"]])
    ukprns: list[str] = Field(default=[], max_length=MAX_LOOKUP)
    companies_house_numbers: list[str] = Field(default=[], max_length=MAX_LOOKUP)

    @model_validator(mode="after")
    def _names_some_but_not_too_many(self) -> "TrustLookup":
        asked = len(self.uids) + len(self.trns) + len(self.ukprns) + len(self.companies_house_numbers)
        if not 1 <= asked <= MAX_LOOKUP:
            raise ValueError(f"name 1 to {MAX_LOOKUP} trusts in all, not {asked}")
        return self


class TrustsFound(ApiModel):
    """The trusts found, in the order of their UID (as text), and the identifiers that no trust carries."""

    data: list[Trust]
    missing: list[str]


class TrustSchoolArea(ApiModel):
    """The grade in force for an area; null with the reason."""

    area: str = Field(examples=["inclusion"])
    grade: int | str | None = Field(examples=["needs_attention"])
    grade_label: str | None
    grade_reason: str | None
    judged_on: date | None


class TrustSchoolInspection(ApiModel):
    """The latest graded inspection of a school, and whether it began before the school joined the trust."""

    id: UUID
    number: str | None
    framework: str = Field(examples=["eif-2019"])
    starts_on: date
    published_on: date | None
    urn_at_inspection: int | None
    relates_to_current_urn: bool
    overall: int | None
    overall_label: str | None
    overall_reason: str | None
    category_of_concern: str | None
    areas: list[TrustSchoolArea]
    before_joining: bool | None = Field(description="null: nobody says when the school joined")
    joined_on: date | None
    joined_on_assumed: bool | None = Field(
        description="`joined_on` is the opening date or that of the first file that showed it, for want of a fact"
    )


class TrustSchool(School):
    """A school that is in the trust now."""

    joined_on: date | None
    joined_on_assumed: bool | None
    latest_inspection: TrustSchoolInspection | None = Field(description="null: never graded, as `unknown` says")


class TrustSchoolPage(Page[TrustSchool]):
    """One page of a trust's schools, by URN."""
