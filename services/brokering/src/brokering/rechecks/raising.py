"""Raises re-checks from what inspection tells, and holds new matches where the policy says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from brokering.domain.matching_policy import RecheckPolicy, Treatment
from brokering.domain.rechecks import Inspected, broken
from brokering.policies.documents import current_policy
from brokering.rechecks import repository
from brokering.rechecks.errors import DesignationInDoubt
from shared.clock import utc_now
from shared.events.outbox import NewEvent, append_async
from shared.ids import new_id

CHANGED = "brokering.designation-recheck.changed"


async def follow(session: AsyncSession, inspected: Sequence[Inspected], trusts: Mapping[int, str | None]) -> None:
    """Raise a re-check of each leader whose own school or trust has an inspection that breaks the conditions.

    `trusts` are the trusts of the schools by URN. An inspection told again, or older than the designation, raises none.
    """
    policy = current_policy()
    rules = policy.recheck
    breaking = [each for each in inspected if broken(rules.own_school, each) or broken(rules.own_trust, each)]
    if rules.treatment == Treatment.OFF or not breaking:
        return
    uids = {uid for each in breaking if (uid := trusts.get(each.urn))}
    leaders = await repository.leaders_of(session, [each.urn for each in breaking], sorted(uids))
    rows = [
        _row(leader, each, findings, policy.version, rules)
        for each in breaking
        for leader in leaders
        if each.starts_on > leader["since"] and (findings := _findings(rules, leader, each, trusts.get(each.urn)))
    ]
    await tell(session, await repository.add(session, rows))


def _findings(rules: RecheckPolicy, leader: RowMapping, inspected: Inspected, trust: str | None) -> list[str]:
    if leader["base_urn"] == inspected.urn:
        return broken(rules.own_school, inspected)
    of_trust = leader["organisation_kind"] == "trust" and trust is not None and leader["organisation_id"] == trust
    return broken(rules.own_trust, inspected) if of_trust else []


def _row(
    leader: RowMapping, inspected: Inspected, findings: list[str], version: int, rules: RecheckPolicy
) -> dict[str, Any]:
    now = utc_now()
    return {
        "id": new_id(),
        "leader_id": leader["id"],
        "leader_reference": leader["reference"],
        "urn": inspected.urn,
        "school_name": inspected.name,
        "inspected_on": inspected.starts_on,
        "findings": findings,
        "policy_version": version,
        "state": "waiting",
        "raised_at": now,
        "due_at": now + timedelta(days=rules.answer_days),
    }


async def tell(session: AsyncSession, rows: Sequence[RowMapping]) -> None:
    """Tell of re-checks that were raised or answered."""
    told = [(str(row["id"]), str(row["leader_id"]), row["state"]) for row in rows]
    data = [{"id": one, "leader_id": leader, "state": state} for one, leader, state in told]
    await append_async(session, [NewEvent(CHANGED, each["id"], each) for each in data])


async def refuse_in_doubt(session: AsyncSession, leader_id: UUID) -> None:
    """Raise DesignationInDoubt where the policy bars new matches while a re-check of the leader waits."""
    if current_policy().recheck.treatment != Treatment.BARRED:
        return
    row = await repository.waiting(session, leader_id)
    if row is not None:
        raise DesignationInDoubt(
            f"The designation is being looked at again since the inspection of {row['school_name']} on "
            f"{row['inspected_on']} ({'; '.join(row['findings'])}); matches that were accepted stand."
        )
