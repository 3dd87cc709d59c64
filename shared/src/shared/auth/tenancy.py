"""Whose rows a client may see: one filter in SQL, and row-level security in the database as the second lock.

A confidential table has two columns: `tenancy_orgs text[]` (every organisation that may see the row, as in
`{trust:5143,school:100000}`) and `tenancy_region text`. A department's client without a region sees all rows, one
with regions sees those regions, anybody else the rows that name their organisation.
"""

from typing import Any, Protocol

from sqlalchemy import ColumnElement, FromClause, Text, TextClause, cast, false, or_, text, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth.principal import Principal

TENANCY_V1_SQL = """
CREATE FUNCTION tenancy_visible(orgs text[], region text) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(current_setting('app.visibility', true) = 'all', false)
        OR coalesce(region = ANY (string_to_array(nullif(current_setting('app.regions', true), ''), '|')), false)
        OR coalesce(orgs && string_to_array(nullif(current_setting('app.orgs', true), ''), '|'), false)
$$;
"""

_BIND = text(
    "SELECT set_config('app.visibility', :visibility, true), set_config('app.orgs', :orgs, true), "
    "set_config('app.regions', :regions, true)"
)

SYSTEM_CLAIMS = "-c app.visibility=all"
"""Connection options of a process that does background work only."""


class Operations(Protocol):
    """The part of alembic's `op` that is used here."""

    def execute(self, sqltext: TextClause | str) -> Any:
        """Run a statement."""


def enable_row_security(op: Operations, table: str) -> None:
    """Put row-level security on a table with the two tenancy columns, for its owner too."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY tenancy ON {table} USING (tenancy_visible(tenancy_orgs, tenancy_region))")


async def bind_claims(session: AsyncSession, principal: Principal | None) -> None:
    """Tell the database, for this transaction only, whose claims it runs under."""
    if principal is None:
        claims = {"visibility": "none", "orgs": "", "regions": ""}
    else:
        claims = {
            "visibility": "all" if principal.sees_everything else "scoped",
            "orgs": str(principal.org) if principal.org.id else "",
            "regions": "|".join(sorted(principal.regions)),
        }
    await session.execute(_BIND, claims)


async def bind_system_claims(session: AsyncSession) -> None:
    """Tell the database that this transaction is background work, which sees all rows."""
    await session.execute(_BIND, {"visibility": "all", "orgs": "", "regions": ""})


def visible(principal: Principal | None, table: FromClause) -> ColumnElement[bool]:
    """Return the filter on a table's tenancy columns for this client."""
    if principal is None:
        return false()
    if principal.sees_everything:
        return true()
    ways: list[ColumnElement[bool]] = []
    if principal.regions:
        ways.append(table.c.tenancy_region.in_(sorted(principal.regions)))
    if principal.org.id:
        ways.append(table.c.tenancy_orgs.op("&&")(cast([str(principal.org)], ARRAY(Text))))
    return or_(*ways) if ways else false()


def visible_sql(principal: Principal | None, alias: str = "") -> tuple[str, dict[str, object]]:
    """Return the same filter as SQL text with its parameters, for hand-written statements."""
    prefix = f"{alias}." if alias else ""
    if principal is None:
        return "false", {}
    if principal.sees_everything:
        return "true", {}
    sql = f"({prefix}tenancy_region = ANY (:_regions) OR {prefix}tenancy_orgs && CAST(:_orgs AS text[]))"
    orgs = [str(principal.org)] if principal.org.id else []
    return sql, {"_regions": sorted(principal.regions), "_orgs": orgs}
