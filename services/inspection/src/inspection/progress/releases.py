"""Releases as they are read: made under the present rule, or without figures until they are made anew."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from inspection.dashboards.rule import rule
from inspection.progress import beside_sql, repository
from inspection.progress.shown import SUPPRESSED, Document, shown_of
from inspection.rows import Row

VALUE = "value"


def figures_of(release: Row) -> list[Document]:
    """Return the figures of a release; those stored under another rule are told by none until made anew."""
    measures: list[Document] = release["measures"]
    return measures if release["made_under"] == rule() else [_withheld(each) for each in measures]


def _withheld(figure: Mapping[str, Any]) -> Document:
    status = SUPPRESSED if figure["status"] == VALUE else figure["status"]
    return {**figure, "value": None, "cohort": None, "status": status}


def follow(connection: Connection, source_id: int) -> None:
    """Keep what official files say beside each term where an import has changed it, and make its releases anew.

    Both are done again once nobody may write, for what was written beside the former state meanwhile: that is little,
    so that nobody waits long.
    """
    terms = beside_sql.keep(connection, source_id)
    repository.undecide(connection, terms)
    made = remake(connection)
    beside_sql.lock_all(connection)
    terms += beside_sql.keep(connection, source_id)
    repository.undecide(connection, terms, made)
    remake(connection)


def remake(connection: Connection) -> list[Row]:
    """Make every release anew that was stored under another rule, from the term's versions; return which."""
    stale = repository.stale_releases(connection, rule())
    for key in stale:
        measures = shown_of(repository.version(connection, key))
        repository.replace_release(connection, key, measures, rule())
    return stale
