"""What those outside the department do not see: the flags `stuck` and `watch`, and the reasons that speak of them."""

from functools import cache
from typing import Any, Final

import orjson

from shared.auth import Principal
from triage.policies.documents import packaged

PARTIES: Final = frozenset({"trust", "la", "school", "leader", "diocese"})
"""Kinds of organisation that are a party to a case, not part of the department."""


@cache
def confidential_flags() -> frozenset[str]:
    """The flags that policies mark as confidential."""
    rows = [row for document in packaged() for row in document["flags"] if row.get("confidential")]
    return frozenset(row["flags"] for row in rows)


@cache
def confidential_rules() -> frozenset[str]:
    """The rules whose reasons policies mark as confidential."""
    rows = [row for document in packaged() for row in (*document["flags"], *document["rules"])]
    return frozenset(row["id"] for row in rows if row.get("confidential"))


def is_party(principal: Principal) -> bool:
    """Whether the client is a party to a case, which sees an assessment without what is confidential."""
    return principal.org.kind in PARTIES


def redacted(row: dict[str, Any]) -> dict[str, Any]:
    """An assessment as a party may see it; `reasons` is JSON text."""
    shown = [each for each in orjson.loads(row["reasons"]) if each["rule"] not in confidential_rules()]
    flags = [flag for flag in row["flags"] if flag not in confidential_flags()]
    return {**row, "flags": flags, "reasons": orjson.dumps(shown).decode()}
