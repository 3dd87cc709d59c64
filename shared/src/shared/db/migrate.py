"""Migrations: alembic as the owning role, then grants to the role that serves."""

from pathlib import Path

from alembic import command, context
from alembic.config import Config
from sqlalchemy import Connection, MetaData, create_engine, pool, text
from sqlalchemy.engine import make_url

from shared.db.platform import PLATFORM_TABLES
from shared.db.session import sqlalchemy_url

LOCK_TIMEOUT = "5s"
_ONE_AT_A_TIME = 7_406_181_942
_ADD_ONLY = text(
    "SELECT oid::regclass::text FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
    " AND obj_description(oid, 'pg_class') LIKE 'add-only%'"
)


def alembic_config(service_dir: Path) -> Config:
    """Return alembic's configuration of the service in this folder."""
    config = Config(service_dir / "alembic.ini")
    config.set_main_option("script_location", str(service_dir / "migrations"))
    return config


def upgrade(service_dir: Path, owner_url: str, app_url: str, revision: str = "head") -> None:
    """Bring a database to `revision`; two processes that do so at once take turns. Safe to repeat.

    The serving role may read and write every table, but only add to those whose comment starts with `add-only`.
    """
    engine = create_engine(sqlalchemy_url(owner_url), poolclass=pool.NullPool)
    config = alembic_config(service_dir)
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _ONE_AT_A_TIME})
        connection.commit()
        try:
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
            _grant(connection, make_url(app_url).username)
        finally:
            connection.rollback()
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _ONE_AT_A_TIME})
            connection.commit()
    engine.dispose()


def _grant(connection: Connection, role: str | None) -> None:
    if role is None or role == connection.scalar(text("SELECT current_user")):
        return
    name = connection.dialect.identifier_preparer.quote(role)
    for statement in (
        f"GRANT USAGE ON SCHEMA public TO {name}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {name}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {name}",
        f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {name}",
        f"REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {name}",
    ):
        connection.execute(text(statement))
    for (table,) in connection.execute(_ADD_ONLY).all():
        connection.execute(text(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {name}"))
    connection.commit()


def env_main(metadata: MetaData) -> None:
    """Be the body of a service's migrations/env.py."""
    connection: Connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=metadata,
        compare_type=True,
        include_object=_is_ours,
        transaction_per_migration=True,
    )
    connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
    connection.commit()
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()


def _is_ours(obj: object, name: str | None, kind: str, _reflected: bool, _compare_to: object) -> bool:
    del obj
    return not (kind == "table" and name is not None and (name in PLATFORM_TABLES or name.startswith("procrastinate_")))
