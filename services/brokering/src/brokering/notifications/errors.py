"""What can stand in the way of a contact."""

from __future__ import annotations

from shared.errors import NotFound


class ContactNotFound(NotFound):
    """No contact of this role, or none of an organisation that this client may know of."""

    slug = "contact-not-found"
    title = "There is no such contact"
