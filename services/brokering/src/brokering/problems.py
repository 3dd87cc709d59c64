"""The errors of this service, one meaning each, and those that a constraint of its database stands for."""

from collections.abc import Mapping
from typing import Final

from brokering.budgets.errors import CONSTRAINT_ERRORS as BUDGET_ERRORS
from brokering.conflict_checks.errors import CONSTRAINT_ERRORS as CHECK_ERRORS
from brokering.offers.errors import CONSTRAINT_ERRORS as OFFER_ERRORS
from shared.errors import Conflict, DomainError, NotFound, invalid


class LeaderNotFound(NotFound):
    """No leader that this client may know of has this id."""

    slug = "leader-not-found"
    title = "There is no such leader"


class NeedNotFound(NotFound):
    """No need that this client may know of has this id."""

    slug = "need-not-found"
    title = "There is no such need"


class StatementNotFound(NotFound):
    """No statement of a need that this client may know of has this id."""

    slug = "need-statement-not-found"
    title = "There is no such statement"


class RoundNotFound(NotFound):
    """No round that this client may know of has this id."""

    slug = "round-not-found"
    title = "There is no such round"


class WhatIfNotFound(NotFound):
    """No what-if that this client may know of has this id."""

    slug = "what-if-not-found"
    title = "There is no such what-if"


class ProposalNotFound(NotFound):
    """No proposal that this client may know of has this id."""

    slug = "proposal-not-found"
    title = "There is no such proposal"


class PolicyNotFound(NotFound):
    """The matching policy has no such version."""

    slug = "policy-not-found"
    title = "There is no such version of the matching policy"


class ReferenceTaken(Conflict):
    """Another leader carries this reference."""

    slug = "leader-reference-taken"
    title = "There is a leader of this reference already"


class NeedExists(Conflict):
    """The school or trust has an open need already."""

    slug = "need-exists"
    title = "There is an open need for this school or trust already"


class NeedNotEditable(Conflict):
    """The need is under offer, in support or closed."""

    slug = "need-not-editable"
    title = "This need cannot be changed any more"


CONSTRAINT_ERRORS: Final[Mapping[str, DomainError]] = {
    "uq_leaders_reference": ReferenceTaken("There is a leader of this reference already."),
    "uq_needs_one_open_per_subject": NeedExists("The school or trust has an open need already."),
    "ck_needs_days_cap": invalid("/days", "A need is of 10 days at most.", "above_cap"),
    **OFFER_ERRORS,
    **CHECK_ERRORS,
    **BUDGET_ERRORS,
}
