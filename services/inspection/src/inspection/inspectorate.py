"""Who the inspectorate is: it alone sees and writes inspections before they are published."""

from typing import Final

from shared.auth import Principal

INSPECTORATE: Final = "ofsted"


def is_inspectorate(principal: Principal) -> bool:
    """Tell whether a token is one of the inspectorate's."""
    return principal.org.kind == INSPECTORATE
