"""The documents of trusts."""

from datetime import date

from pydantic import Field, model_validator

from inspection.schools.schemas import MAX_LOOKUP
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
