"""Local authorities and regions, with how many open schools lie in each."""

from pydantic import Field

from shared.schemas import ApiModel, Page


class Region(ApiModel):
    """One of the nine regions."""

    code: str = Field(examples=["London"])
    label: str
    open_schools: int


class RegionPage(Page[Region]):
    """A page of regions; all of them fit on one."""


class LocalAuthority(ApiModel):
    """One of the local authorities of England."""

    code: str = Field(examples=["201"])
    name: str = Field(examples=["City of London"])
    region: str | None
    open_schools: int


class LocalAuthorityPage(Page[LocalAuthority]):
    """A page of local authorities; all of them fit on one."""
