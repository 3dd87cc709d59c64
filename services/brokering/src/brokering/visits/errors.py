"""What can stand in the way of a visit."""

from __future__ import annotations

from shared.errors import Conflict, NotFound


class VisitNotFound(NotFound):
    """The episode has no visit of this id."""

    slug = "visit-not-found"
    title = "There is no such visit"


class VisitWithdrawn(Conflict):
    """The visit has been withdrawn already."""

    slug = "visit-withdrawn"
    title = "The visit has been withdrawn"
