"""The migrations give the schema the models describe, and the policies the package carries."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine, text

from shared.db.platform import PLATFORM_TABLES
from shared.db.session import sqlalchemy_url
from shared.testing.plugin import DatabaseUrls
from triage.domain.errors import PolicyInvalid
from triage.models import Base
from triage.policies.loading import load_packaged


def differences(connection: Connection) -> list[object]:
    def ours(_obj: object, name: str | None, kind: str, _reflected: bool, _other: object) -> bool:
        platform = name is not None and (name in PLATFORM_TABLES or name.startswith("procrastinate_"))
        return not (kind == "table" and (platform or name == "alembic_version"))

    context = MigrationContext.configure(connection, opts={"include_object": ours, "compare_type": True})
    return list(compare_metadata(context, Base.metadata))


class TestSchema:
    def test_is_what_the_models_say(self, urls: DatabaseUrls) -> None:
        with create_engine(sqlalchemy_url(urls.owner)).connect() as connection:
            assert differences(connection) == []

    def test_loading_the_policies_again_adds_none(self, urls: DatabaseUrls) -> None:
        with create_engine(sqlalchemy_url(urls.owner)).connect() as connection:
            assert load_packaged(connection) == 0

    def test_a_version_with_other_content_is_refused(self, urls: DatabaseUrls) -> None:
        with create_engine(sqlalchemy_url(urls.owner)).connect() as connection:
            connection.execute(text("UPDATE policy_versions SET content_hash = 'x' WHERE scheme = 'rise-2025'"))
            with pytest.raises(PolicyInvalid, match="other content"):
                load_packaged(connection)
