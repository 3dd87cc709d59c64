"""Errors of imports."""

from shared.errors import Conflict, NotFound


class ImportNotFound(NotFound):
    """There is no import with this id among those of the client's organisation."""

    slug = "import-not-found"
    title = "There is no such import"


class NothingToResubmit(Conflict):
    """The import has no rejected rows that could be sent again."""

    slug = "nothing-to-resubmit"
    title = "This import has no rows to be sent again"
