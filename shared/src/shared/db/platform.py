"""The tables every service has beside its own: change feed, jobs, idempotency keys; and the tenancy functions.

`install_platform_v1` is part of each service's first migration, so it never changes: what comes later is a `_v2`.
"""

from sqlalchemy import text

from shared.auth.tenancy import TENANCY_V1_SQL, Operations
from shared.events.schema import EVENTS_V1_SQL
from shared.idempotency import IDEMPOTENCY_V1_SQL
from shared.jobs.schema import JOBS_V1_SQL

PLATFORM_TABLES = frozenset({"outbox", "feed_cursors", "jobs", "idempotency_keys"})


def install_platform_v1(op: Operations) -> None:
    """Create the platform's tables and functions in an empty database."""
    for sql in (TENANCY_V1_SQL, IDEMPOTENCY_V1_SQL, EVENTS_V1_SQL, JOBS_V1_SQL):
        op.execute(text(sql))
