"""Where a list is near to."""

from typing import Literal

from pydantic import Field

from shared.schemas import ApiModel


class Near(ApiModel):
    """The place a postcode stands for: the mean of the schools that have it, or that share its sector or district."""

    postcode: str = Field(examples=["EC3A 5DE"])
    precision: Literal["postcode", "sector", "district"] = Field(
        description="what the schools share with it that it was located by"
    )
    schools: int = Field(description="the schools it was located by")
    lat: float
    lng: float
