"""The scopes this service asks for: one per resource and verb."""

from typing import Final

POLICIES_READ: Final = "policies:read"
POLICIES_WRITE: Final = "policies:write"
POLICIES_ACTIVATE: Final = "policies:activate"
ASSESSMENTS_READ: Final = "assessments:read"
ASSESSMENTS_RUN: Final = "assessments:run"
REVIEWS_READ: Final = "reviews:read"
REVIEWS_WRITE: Final = "reviews:write"
SIMULATIONS_READ: Final = "simulations:read"
SIMULATIONS_RUN: Final = "simulations:run"
DECIDE: Final = "triage:decide"
NOTICES_ISSUE: Final = "notices:issue"
REPRESENTATIONS_MAKE: Final = "representations:make"
TERM_DATES_WRITE: Final = "term-dates:write"
WATCH_READ: Final = "watch-list:read"
WATCH_WRITE: Final = "watch-list:write"
