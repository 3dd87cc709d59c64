"""Tells the faults of a connection or a moment from those of the work itself."""

from typing import Final

import psycopg
from psycopg_pool import PoolTimeout
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolExhausted

_PASSING_CLASSES: Final = frozenset({"08", "40", "53"})
"""PostgreSQL's error classes: connection exception, transaction rollback, insufficient resources."""

_PASSING_STATES: Final = frozenset({"57P01", "57P02", "57P03", "55P03"})
"""admin_shutdown, crash_shutdown, cannot_connect_now, lock_not_available."""


def is_transient(error: BaseException) -> bool:
    """Tell whether doing the same again may well succeed: the database went away, or two transactions collided."""
    if isinstance(error, PoolTimeout | PoolExhausted):
        return True
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or (error.orig is not None and is_transient(error.orig))
    if not isinstance(error, psycopg.Error):
        return False
    if error.sqlstate is None:
        return isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
    return error.sqlstate[:2] in _PASSING_CLASSES or error.sqlstate in _PASSING_STATES
