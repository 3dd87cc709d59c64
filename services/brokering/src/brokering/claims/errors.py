"""What can stand in the way of a claim."""

from __future__ import annotations

from shared.errors import Conflict, NotFound


class ClaimNotFound(NotFound):
    """The episode has no claim of this id, or it is not this client's to answer."""

    slug = "claim-not-found"
    title = "There is no such claim"


class ClaimSettled(Conflict):
    """The claim has been signed off, refused or withdrawn already."""

    slug = "claim-settled"
    title = "The claim has been settled already"


class NothingToClaim(Conflict):
    """Fewer days have been used and not claimed than are claimed now."""

    slug = "nothing-to-claim"
    title = "Fewer days are left to claim"


class NoGrant(Conflict):
    """The region has no deployment grant in force to pay from."""

    slug = "no-grant"
    title = "There is no grant to pay from"
