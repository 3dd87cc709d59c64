"""The documents of the register."""

from datetime import date
from typing import Annotated, Final, Literal

from pydantic import Field, model_validator

from inspection.places.schemas import Near
from shared.schemas import ApiModel, Page, RequestModel, Source

MAX_LOOKUP: Final = 1000

Urn = Annotated[int, Field(ge=1, le=2**31 - 1, examples=[100000])]


class Coded(ApiModel):
    """A code of the source with its label."""

    code: str
    label: str


class LocalAuthorityRef(ApiModel):
    """The local authority a school lies in."""

    code: str | None = Field(examples=["201"])
    name: str | None = Field(examples=["City of London"])


class TrustRef(ApiModel):
    """The trust a school belongs to."""

    uid: str = Field(examples=["5143"])
    name: str | None
    kind: str | None = Field(None, examples=["multi_academy_trust"])


class ResponsibleBody(ApiModel):
    """Who answers for the school: its trust, or else its local authority."""

    kind: str = Field(examples=["trust"], description="trust, local_authority or other")
    id: str | None = Field(examples=["5143"])
    name: str | None
    reason: str | None = Field(None, description="why `id` is null", examples=["not_in_source"])


class Federation(ApiModel):
    """The federation a school is in."""

    uid: str
    name: str | None


class Location(ApiModel):
    """A point in WGS 84 degrees."""

    lat: float = Field(examples=[51.51397])
    lng: float = Field(examples=[-0.07753])


class School(ApiModel):
    """A school as the register has it; `unknown` gives the reason for every value that is null because nobody said."""

    urn: int = Field(examples=[100000])
    laestab: str | None = Field(examples=["2013614"])
    ukprn: str | None = Field(examples=["10079319"])
    name: str = Field(examples=["The Aldgate School"])
    phase: str | None = Field(examples=["primary"])
    type: Coded | None
    status: str = Field(examples=["open"])
    open_date: date | None
    region: str | None = Field(examples=["London"])
    local_authority: LocalAuthorityRef
    responsible_body: ResponsibleBody
    trust: TrustRef | None
    postcode: str | None
    pupils: int | None
    low_age: int | None
    high_age: int | None
    sixth_form: bool | None
    idaci_quintile: int | None
    religious_character: str | None
    close_date: date | None
    capacity: int | None = Field(description="places")
    urban_rural: str | None
    sponsor: str | None
    federation: Federation | None
    location: Location | None
    has_report_card: bool
    report_url: str | None = Field(description="the official reports of the school")
    missing_since: date | None = Field(description="date of the first newer file that did not list the school any more")
    known_since: date = Field(description="date of the file that the school came with: `as_of` reaches back to it")
    unknown: dict[str, str] = Field(examples=[{"ukprn": "not_in_source"}])
    source: Source


class FoundSchool(School):
    """A school in a list; a list with `near` gives its distance, null where the school's location is not known."""

    distance_km: float | None = Field(None, description="only with `near`, as the crow flies", examples=[1.25])


class Search(ApiModel):
    """How the names of a list match `q`: as typed, or, where none does, but for a typing error in each word."""

    q: str
    match: Literal["exact", "near"]


class SchoolPage(Page[FoundSchool]):
    """One page of schools."""

    search: Search | None = Field(None, description="only with `q`")
    near: Near | None = Field(None, description="only with `near`: where the postcode is, and how well that is known")


class SchoolLookup(RequestModel):
    """Up to 1,000 schools, named by any of their identifiers."""

    urns: list[Urn] = Field(default=[], max_length=MAX_LOOKUP, examples=[[100000, 100005]])
    laestabs: list[str] = Field(default=[], max_length=MAX_LOOKUP)
    ukprns: list[str] = Field(default=[], max_length=MAX_LOOKUP)

    @model_validator(mode="after")
    def _names_some_but_not_too_many(self) -> "SchoolLookup":
        asked = len(self.urns) + len(self.laestabs) + len(self.ukprns)
        if not 1 <= asked <= MAX_LOOKUP:
            raise ValueError(f"name 1 to {MAX_LOOKUP} schools in all, not {asked}")
        return self


class LookupResult(ApiModel):
    """The schools found, in the order of their URN, and the identifiers that no school carries."""

    data: list[School]
    missing: list[int | str]


class LineageMember(ApiModel):
    """A school of the chain. Of one that no file listed there is what the register says, or the name a link gives."""

    urn: int
    relation: str = Field(description="predecessor, self or successor")
    steps: int = Field(description="links away from the school that was asked for")
    in_register: bool
    name: str | None
    status: str | None
    open_date: date | None
    close_date: date | None


class LineageLink(ApiModel):
    """One step of the chain, as one of its ends tells it."""

    predecessor_urn: int
    successor_urn: int
    kind: str
    established_on: date | None
    cut: bool = Field(description="it would make a school its own predecessor, and is not followed")


class LineageFork(ApiModel):
    """A place where the chain is not one line."""

    urn: int
    relation: str = Field(description="the side on which there are several: predecessor or successor")
    urns: list[int]
    why: str = Field(description="merger or split", examples=["merger"])
    text: str


class SchoolLineage(ApiModel):
    """The chain of a school, oldest first."""

    urn: int
    members: list[LineageMember]
    links: list[LineageLink]
    ambiguous: bool
    ambiguities: list[LineageFork]
    cycles: list[list[int]] = Field(description="links that run in a circle; each was cut where it closes")
    sources: list[Source] = Field(description="the files that told of the links; empty where there are none")


class Membership(ApiModel):
    """A school's time in a trust: `joined_on <= day < left_on`."""

    urn: int
    trust: TrustRef
    joined_on: date
    left_on: date | None = Field(description="first day out, which the register tells or a file shows; null: still in")
    first_seen_on: date = Field(description="date of the first file that showed it")
    assumed: bool = Field(description="`joined_on` is the opening date or `first_seen_on`, for want of a fact")
    source: Source


class MembershipList(ApiModel):
    """All stays of a school, newest first."""

    data: list[Membership]
