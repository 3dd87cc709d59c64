"""The SQL of statistics."""

# ruff: noqa: S608 - statements are put together from fixed fragments; every value is bound

from collections.abc import Sequence
from datetime import date
from typing import Final, Literal

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Principal
from shared.auth.tenancy import visible_sql
from triage.statistics.tables_sql import SOURCES, STANDING, By, counted

_PUBLISHED: Final = """
    SELECT max(CAST(held ->> 'published_on' AS date)) AS on
    FROM jsonb_array_elements(school.facts -> 'inspections') AS held
    WHERE CAST(held ->> 'published_on' AS date) <= CAST(assessed.created_at AS date)
"""
SPANS: Final = {
    "proposal_to_decision": "decided - proposed",
    "publication_to_proposal": "proposed - published",
    "publication_to_decision": "decided - published",
}
AgedBy = Literal["region", "tier", "la"]
_NOTHING: Final = "CAST(NULL AS text)"
_AGED_BY: Final = {
    "region": (_NOTHING, "made.tenancy_region", _NOTHING),
    "tier": (_NOTHING, "made.result", _NOTHING),
    "la": ("made.tenancy_region", "school.la_code", "max(school.la_name)"),
}
_MEASURES: Final = ", ".join(
    f"count({span}) AS {name}_cases, percentile_cont(0.5) WITHIN GROUP (ORDER BY {span}) AS {name}_median,"
    f" max({span}) AS {name}_longest"
    for name, span in SPANS.items()
)


async def ageing(session: AsyncSession, principal: Principal, scheme: str, as_of: date) -> Sequence[RowMapping]:
    """Return, by region, how many days decisions took that stood at the end of a day: cases, median, longest."""
    seen, claims = visible_sql(principal, "made")
    sql = text(
        f"""
        SELECT region, count(*) AS decisions, {_MEASURES}
        FROM (
            SELECT made.tenancy_region AS region, CAST(made.created_at AS date) AS decided,
                   CAST(assessed.created_at AS date) AS proposed, told.on AS published
            FROM decisions AS made JOIN assessments AS assessed ON assessed.id = made.assessment_id
            JOIN school_facts AS school ON school.urn = made.urn
            CROSS JOIN LATERAL ({_PUBLISHED}) AS told
            WHERE {STANDING} AND {seen}
        ) AS dated GROUP BY region ORDER BY region
        """
    )
    return (await session.execute(sql, {"scheme": scheme, "as_of": as_of, **claims})).mappings().all()


async def undecided(
    session: AsyncSession, principal: Principal, *, scheme: str, tiers: Sequence[str], by: AgedBy, as_of: date
) -> Sequence[RowMapping]:
    """Return how many proposals of these tiers stood undecided at the end of a day, by group and age in days.

    Columns: `region` (by authority only), `code`, `label`, `age`, `proposals`.
    """
    seen, claims = visible_sql(principal, "made")
    region, code, label = _AGED_BY[by]
    sql = text(
        f"""
        SELECT {region} AS region, {code} AS code, {label} AS label,
               CAST(:as_of AS date) - CAST(made.created_at AS date) AS age, count(*) AS proposals
        FROM assessments AS made JOIN school_facts AS school ON school.urn = made.urn
        WHERE made.series = 'current' AND {STANDING} AND made.result = ANY (:tiers) AND {seen}
          AND NOT EXISTS (SELECT 1 FROM decisions AS decided WHERE decided.assessment_id = made.id
                          AND decided.created_at < CAST(:as_of AS date) + 1)
        GROUP BY 1, 2, 4
        """
    )
    values = {"scheme": scheme, "tiers": list(tiers), "as_of": as_of, **claims}
    return (await session.execute(sql, values)).mappings().all()


async def cases(
    session: AsyncSession, principal: Principal | None, *, basis: str, by: By, scheme: str, as_of: date
) -> Sequence[RowMapping]:
    """Return schools by group and tier on a day, with their pupils; `published` is the same for everybody."""
    seen, claims = ("true", {}) if basis == "published" else visible_sql(principal, "made")
    values = {"scheme": scheme, "as_of": as_of, **claims}
    return (await session.execute(text(counted(basis, by, seen)), values)).mappings().all()


async def sources(session: AsyncSession) -> RowMapping:
    """Return the first and last census and dates that the figures of pupils come from."""
    return (await session.execute(text(SOURCES))).mappings().one()
