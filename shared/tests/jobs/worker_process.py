"""A worker process for tests: its first attempt at a job never ends, a later one has its effect."""

import sys
import threading

from sqlalchemy import text

from shared.jobs import JobContext, JobKind, Jobs
from shared.settings import ServiceSettings
from shared.worker import run_worker


def hang_at_first(ctx: JobContext) -> None:
    with ctx.engine.begin() as connection:
        connection.execute(
            text("INSERT INTO begun (job, attempt) VALUES (:job, :attempt)"), {"job": ctx.id, "attempt": ctx.attempt}
        )
    with ctx.engine.begin() as connection:
        connection.execute(
            text("INSERT INTO effects (job, attempt) VALUES (:job, :attempt)"), {"job": ctx.id, "attempt": ctx.attempt}
        )
        if ctx.attempt == 1:
            threading.Event().wait()
        ctx.succeed(connection, {"attempt": ctx.attempt})


if __name__ == "__main__":
    settings = ServiceSettings(database_url=sys.argv[1], issuer="none", jwks_url="none", log_level="WARNING")
    run_worker("test", settings, Jobs([JobKind("hang", hang_at_first, lock="one")]))
