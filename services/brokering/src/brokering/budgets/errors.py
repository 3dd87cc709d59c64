"""What can stand in the way of a budget, a claim or a fee: each a problem type of its own."""

from __future__ import annotations

from shared.errors import Conflict, DomainError, NotFound, invalid


class PartnerNotFound(NotFound):
    """No delivery partner that this client may know of has this id."""

    slug = "delivery-partner-not-found"
    title = "There is no such delivery partner"


class BudgetNotFound(NotFound):
    """No grant or contract that this client may know of has this id."""

    slug = "budget-not-found"
    title = "There is no such budget"


class FeeNotFound(NotFound):
    """No fee that this client may know of has this id."""

    slug = "fee-not-found"
    title = "There is no such fee"


class PartnerExists(Conflict):
    """Another partner has this code."""

    slug = "delivery-partner-exists"
    title = "There is a delivery partner of this code already"


class RegionUnderContract(Conflict):
    """A contract that has not ended covers a region that the partner would no longer cover."""

    slug = "region-under-contract"
    title = "A contract covers the region"


class BudgetExceeded(Conflict):
    """The budget does not have that much left."""

    slug = "budget-exceeded"
    title = "The budget would be overspent"


class GrantMissing(Conflict):
    """The region has no deployment grant for the day, and the support policy asks for one."""

    slug = "grant-missing"
    title = "No deployment grant is on record"


class BudgetsOverlap(Conflict):
    """The region has a grant for some of these days already."""

    slug = "grants-overlap"
    title = "The region has a grant for these days already"


class FeeSettled(Conflict):
    """The fee has been approved or refused already."""

    slug = "fee-settled"
    title = "The fee has been answered already"


CONSTRAINT_ERRORS: dict[str, DomainError] = {
    "uq_delivery_partners_code": PartnerExists("Another delivery partner has this code."),
    "ck_budgets_not_overspent": BudgetExceeded("The budget does not have that much left."),
    "ck_budgets_nothing_negative": BudgetExceeded("Less stands there than would be taken."),
    "ck_budgets_dates_in_order": invalid("/ends_on", "It ends before it begins.", "dates_out_of_order"),
}
