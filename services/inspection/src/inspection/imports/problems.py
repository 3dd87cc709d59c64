"""Errors of imports."""

from shared.errors import NotFound


class ImportNotFound(NotFound):
    """There is no import with this id among those of the client's organisation."""

    slug = "import-not-found"
    title = "There is no such import"
