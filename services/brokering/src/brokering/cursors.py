"""Cursors of lists that are ordered by id."""

from __future__ import annotations

from uuid import UUID

from shared.errors import invalid
from shared.pagination import PageParameters


def id_after(page: PageParameters) -> UUID | None:
    """Return the id to go on after, or None at the start; raises Unprocessable for a cursor of another list."""
    key = page.key(str)
    if key is None:
        return None
    try:
        return UUID(str(key[0]))
    except ValueError as error:
        raise invalid("after", "This cursor was not made by this list.", "bad_cursor") from error
