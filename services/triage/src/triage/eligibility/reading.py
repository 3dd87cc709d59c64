"""The copy of the facts, read as the rules of eligibility look at it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from triage.domain.eligibility import Candidate, Stay
from triage.domain.facts import read_facts


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


def stays_of(row: Mapping[str, Any]) -> tuple[Stay, ...]:
    """The school's time in trusts; where the facts do not tell it, the present trust, joined nobody knows when."""
    if row["memberships"] is None:
        return (Stay(row["trust_uid"], None, True),) if row["trust_uid"] else ()
    return tuple(
        Stay(each["trust_uid"], _day(each["joined_on"]), each["joined_assumed"], _day(each["left_on"]))
        for each in row["memberships"]
    )


def candidate_of(row: Mapping[str, Any]) -> Candidate:
    """The school of a row of the copy."""
    body = row["responsible_body"] or {}
    kind = body.get("counted_as", None if body.get("kind") == "trust" else body.get("kind"))
    inspections = read_facts(row["urn"], row["facts"]).inspections
    return Candidate(row["urn"], row["name"], inspections, stays_of(row), _day(row["open_date"]), kind)


def trust_on(row: Mapping[str, Any], as_of: date) -> str | None:
    """The UID of the trust the school was in that day."""
    stay, _ = Candidate(row["urn"], stays=stays_of(row), open_date=_day(row["open_date"])).stay_on(as_of)
    return stay.trust_uid if stay else None


def rolls_on(rows: Iterable[Mapping[str, Any]], as_of: date) -> dict[str, list[Mapping[str, Any]]]:
    """The schools on the roll of every trust that day, by UID."""
    found: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        uid = trust_on(row, as_of)
        if uid is not None:
            found[uid].append(row)
    return found
