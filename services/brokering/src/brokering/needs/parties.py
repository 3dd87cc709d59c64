"""Which organisations a need concerns, as tenancy names them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from brokering.domain.values import NeedState

TENANT_KINDS = {"trust": "trust", "local_authority": "la"}


def parties_of_school(school: Mapping[Any, Any]) -> list[str]:
    """Return the school and its responsible body."""
    parties = [f"school:{school['urn']}"]
    kind = TENANT_KINDS.get(school["responsible_body_kind"] or "")
    if kind is not None and school["responsible_body_id"]:
        parties.append(f"{kind}:{school['responsible_body_id']}")
    return parties


def who_may_see(state: str, parties: list[str]) -> list[str]:
    """Return the organisations that may see a need: none while it is provisional."""
    return [] if state == NeedState.PROVISIONAL else parties
