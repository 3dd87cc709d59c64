"""The declarative base of brokering's tables."""

from __future__ import annotations

from sqlalchemy.orm import DeclarativeBase

from shared.db.base import new_metadata


class Base(DeclarativeBase):
    """Base of every table of this service; constraint names follow the shared convention."""

    metadata = new_metadata()
