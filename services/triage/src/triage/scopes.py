"""The scopes this service asks for: one per resource and verb."""

from typing import Final

POLICIES_READ: Final = "policies:read"
ASSESSMENTS_READ: Final = "assessments:read"
ASSESSMENTS_RUN: Final = "assessments:run"
DECIDE: Final = "triage:decide"
