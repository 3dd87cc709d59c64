"""A service small enough to start in a moment, ready when its database answers; run as a program, its migration."""

import os
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import psycopg


async def app(
    scope: dict[str, Any], receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]
) -> None:
    """Answer every request with 200 if the migrated table can be read."""
    if scope["type"] != "http":
        return
    try:
        with psycopg.connect(os.environ["ALPHA_DATABASE_URL"], connect_timeout=2) as connection:
            connection.execute("select 1 from migrated")
        status = 200
    except psycopg.Error:
        status = 503
    await send({"type": "http.response.start", "status": status, "headers": []})
    await send({"type": "http.response.body", "body": os.environ["ALPHA_ISSUER"].encode()})


def migrate() -> None:
    """Make the table, as the owner, and let the serving role read it."""
    with psycopg.connect(os.environ["ALPHA_MIGRATION_DATABASE_URL"]) as connection:
        connection.execute("create table if not exists migrated ()")
        connection.execute("grant select on migrated to alpha_app")


if __name__ == "__main__":
    if os.environ.get("FAKE_MIGRATION_FAILS"):
        sys.exit("the schema does not fit")
    migrate()
