"""Errors of progress data."""

from shared.errors import Conflict, NotFound


class ProgressNotFound(NotFound):
    """There is no such data, or none that this client may know of."""

    slug = "progress-data-not-found"
    title = "There is no such progress data"


class NothingToRelease(Conflict):
    """The newest version is released already."""

    slug = "nothing-to-release"
    title = "The newest version is released already"


class DelegationNotFound(NotFound):
    """The trust has given this client no delegation."""

    slug = "delegation-not-found"
    title = "There is no such delegation"
