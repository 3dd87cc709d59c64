"""URNs as clients send them."""

from typing import Annotated

from pydantic import Field

Urn = Annotated[int, Field(ge=1, le=9_999_999)]
"""Wide enough for every number the register may come to give; none that the database could not take."""
