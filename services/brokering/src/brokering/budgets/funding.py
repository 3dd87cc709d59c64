"""What a deployment costs, and the grant that pays for it."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from brokering.budgets import repository
from brokering.budgets.errors import BudgetExceeded
from brokering.budgets.rates import day_rate
from brokering.domain.money import pounds


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


def check_remaining(budget: Any, pence: int) -> None:
    """Raise BudgetExceeded, with the figures, where a budget has less left than is asked; its row is locked."""
    remaining = budget.value_pence - budget.committed_pence - budget.claimed_pence
    if pence > remaining:
        raise BudgetExceeded(f"£{pounds(pence):,} is asked, and {budget.title} has £{pounds(remaining):,} left.")
