"""What can stand in the way of an answer to a re-check, or of a new match that waits for one."""

from __future__ import annotations

from shared.errors import Conflict, NotFound


class RecheckNotFound(NotFound):
    """No re-check that this client may know of has this id."""

    slug = "designation-recheck-not-found"
    title = "There is no such re-check of a designation"


class RecheckAnswered(Conflict):
    """The re-check has its answer."""

    slug = "designation-recheck-answered"
    title = "This re-check has been answered already"


class DesignationInDoubt(Conflict):
    """The leader's designation is being looked at again, and the policy bars new matches until that is over."""

    slug = "designation-in-doubt"
    title = "The leader's designation is being looked at again"
