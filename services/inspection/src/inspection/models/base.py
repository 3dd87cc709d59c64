"""The declarative base of this service."""

from sqlalchemy import Text
from sqlalchemy.orm import DeclarativeBase

from shared.db.base import new_metadata


class Base(DeclarativeBase):
    """Base of the tables; constraints are named by the platform's convention."""

    metadata = new_metadata()
    type_annotation_map = {str: Text}  # noqa: RUF012 - read by SQLAlchemy as it is
