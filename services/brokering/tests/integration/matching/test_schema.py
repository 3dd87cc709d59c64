"""The tables in the database are those of the models."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from brokering.models import Base
from shared.db.platform import PLATFORM_TABLES
from shared.db.session import sqlalchemy_url
from shared.testing.plugin import DatabaseUrls


def _ours(obj: object, name: str | None, kind: str, reflected: bool, compare_to: object) -> bool:
    del obj, reflected, compare_to
    return not (kind == "table" and name is not None and (name in PLATFORM_TABLES or name.startswith("procrastinate")))


def test_models_and_migrations_agree(urls: DatabaseUrls) -> None:
    engine = create_engine(sqlalchemy_url(urls.owner))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": _ours, "compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()
