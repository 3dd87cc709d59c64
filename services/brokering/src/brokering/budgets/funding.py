"""What a deployment costs, and the grant that pays for it."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from brokering.budgets import repository
from brokering.budgets.errors import BudgetExceeded, GrantMissing
from brokering.budgets.rates import day_rate
from brokering.domain.money import told
from brokering.ledger.policy import SupportPolicy, WithoutGrant


async def terms_of(session: AsyncSession, region: str | None, half_days: int, on: date) -> dict[str, Any]:
    """Return the day rate and the grant of a new deployment; its reserved days are committed to the grant.

    A region that has been given no grant for the day is not held up: the deployment then has none, and its claims draw
    on the grant that is in force when they are signed off. Raises BudgetExceeded where the grant has too little left.
    """
    rate = day_rate(on)
    grant = await repository.lock_grant(session, region, on)
    if grant is None:
        return {"day_rate_pence": rate.pence, "grant_id": None}
    check_remaining(grant, rate.of(half_days))
    return {"day_rate_pence": rate.pence, "grant_id": grant.id}


async def warning_of(session: AsyncSession, region: str | None, on: date, policy: SupportPolicy) -> str | None:
    """Say that no grant is on record for a region and a day; None where one is.

    Raises GrantMissing where the policy lets nothing be approved so.
    """
    if await repository.grants_on(session, [region], on):
        return None
    where = f"for {region} on {on}" if region else "for a subject whose region is not known"
    if policy.without_grant is WithoutGrant.REFUSE:
        raise GrantMissing(f"No deployment grant is on record {where}.")
    return (
        f"No deployment grant is on record {where}: nothing is committed for these days, and their claims draw on"
        " the grant in force when they are signed off."
    )


def check_remaining(budget: Any, pence: int) -> None:
    """Raise BudgetExceeded, with the figures, where a budget has less left than is asked; its row is locked."""
    remaining = budget.value_pence - budget.committed_pence - budget.claimed_pence
    if pence > remaining:
        raise BudgetExceeded(f"{told(pence)} is asked, and {budget.title} has {told(remaining)} left.")
