"""Cursors of lists that are ordered by id."""

from __future__ import annotations

from uuid import UUID

from shared.errors import invalid
from shared.pagination import PageParameters


def id_after(page: PageParameters) -> UUID | None:
    """Return the id to go on after, or None at the start; raises Unprocessable for a cursor of another list."""
    key = page.key(str)
    return None if key is None else _id(key[0])


def id_and_part_after(page: PageParameters) -> tuple[UUID, str] | None:
    """Return the id and the part of it to go on after, or None at the start; raises as `id_after` does."""
    key = page.key(str, str)
    return None if key is None else (_id(key[0]), str(key[1]))


def _id(value: object) -> UUID:
    try:
        return UUID(str(value))
    except ValueError as error:
        raise invalid("after", "This cursor was not made by this list.", "bad_cursor") from error
