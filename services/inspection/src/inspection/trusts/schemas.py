"""The documents of trusts."""

from datetime import date

from pydantic import Field

from shared.schemas import ApiModel, Page, Source


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
