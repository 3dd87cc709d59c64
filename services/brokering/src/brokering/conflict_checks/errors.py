"""What can stand in the way of a question about conflicts, its answer, or an offer that waits for one."""

from __future__ import annotations

from shared.errors import Conflict, DomainError, NotFound


class ConflictCheckNotFound(NotFound):
    """No conflict check that this client may know of has this id."""

    slug = "conflict-check-not-found"
    title = "There is no such conflict check"


class AlreadyAsked(Conflict):
    """The responsible body has been asked about this match."""

    slug = "conflict-check-asked"
    title = "The responsible body has been asked about this match already"


class AlreadyAnswered(Conflict):
    """The responsible body has answered."""

    slug = "conflict-check-answered"
    title = "The question has been answered already"


class NobodyToAsk(Conflict):
    """No responsible body is known for the school or trust."""

    slug = "no-responsible-body"
    title = "There is no responsible body to ask"


class BodyObjects(Conflict):
    """The responsible body objects to this leader."""

    slug = "responsible-body-objects"
    title = "The responsible body objects to the match"


class BodyNotHeard(Conflict):
    """The responsible body has been asked and still has time to answer."""

    slug = "responsible-body-not-heard"
    title = "The responsible body still has time to answer"


CONSTRAINT_ERRORS: dict[str, DomainError] = {
    "uq_conflict_checks_proposal_id": AlreadyAsked("The responsible body has been asked about this match already."),
}
