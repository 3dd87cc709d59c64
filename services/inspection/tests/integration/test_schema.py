"""The migrations give the schema that the models describe."""

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from inspection.models import Base
from shared.db.platform import PLATFORM_TABLES
from shared.db.session import sqlalchemy_url
from shared.testing.plugin import CloneDatabase


def ours(_obj: object, name: str | None, kind: str, _reflected: bool, _other: object) -> bool:
    platform = name is not None and (name in PLATFORM_TABLES or name.startswith("procrastinate_"))
    return not (kind == "table" and (platform or name == "alembic_version"))


def test_the_schema_is_what_the_models_say(cloned_database: CloneDatabase) -> None:
    urls = cloned_database("inspection", Path(__file__).resolve().parents[2])
    with create_engine(sqlalchemy_url(urls.owner)).connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": ours, "compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
