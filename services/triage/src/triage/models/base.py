"""The declarative base of this service's tables."""

from sqlalchemy.orm import DeclarativeBase

from shared.db.base import new_metadata


class Base(DeclarativeBase):
    """All tables of triage; those of the platform are not in this metadata."""

    metadata = new_metadata()
