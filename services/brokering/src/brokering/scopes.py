"""The scopes this service asks for: one per resource and verb."""

from typing import Final

LEADERS_READ: Final = "leaders:read"
LEADERS_WRITE: Final = "leaders:write"
NEEDS_READ: Final = "needs:read"
NEEDS_WRITE: Final = "needs:write"
BROKERING_MATCH: Final = "brokering:match"
PROPOSALS_READ: Final = "proposals:read"
PROPOSALS_OFFER: Final = "proposals:offer"
OFFERS_RESPOND: Final = "offers:respond"
OFFERS_AGREE: Final = "offers:agree"
OFFERS_APPROVE: Final = "offers:approve"
EPISODES_READ: Final = "episodes:read"
EPISODES_WRITE: Final = "episodes:write"
CHANGES_READ: Final = "changes:read"
