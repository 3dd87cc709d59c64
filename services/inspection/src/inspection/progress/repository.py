"""The SQL of progress data. Rows of others are kept away twice: by the filters here and by row-level security."""

# ruff: noqa: S608 - statements are put together from fixed fragments; every value is bound

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, bindparam, func, insert, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from inspection.models import DataDelegation, ProgressBatch, ProgressRelease, ProgressVersion
from inspection.progress.beside_sql import BESIDE, LOCK_ALL, SHARES, Term
from inspection.rows import Reads, Row, fetch_all

_VERSION = "v.urn, v.period, v.version, v.measures, v.submitted_by, v.submitted_at"
_NEWEST = "ORDER BY v.version DESC LIMIT 1"


@dataclass(frozen=True, slots=True)
class Seen:
    """Which rows may be seen: those of some organisations or regions, or all."""

    orgs: Collection[str] = ()
    regions: Collection[str] = ()
    everything: bool = False

    @property
    def parameters(self) -> dict[str, Any]:
        """The parameters of the filter `_SEEN`."""
        return {"orgs": list(self.orgs), "regions": list(self.regions), "everything": self.everything}


_READ: Final = f"""
{BESIDE.format(of="v")} AS now,
(SELECT json_agg(json_build_object(
        'version', h.version, 'measures', h.measures, 'beside', h.beside, 'beside_since', h.beside_since)
    ORDER BY h.version)
    FROM progress_versions h WHERE h.urn = v.urn AND h.period = v.period) AS history"""
"""What a version is shown from, as `shown.shown_of` reads it: what stands beside it now, and all versions."""

_SEEN: Final = """
(:everything OR v.tenancy_orgs && CAST(:orgs AS text[]) OR v.tenancy_region = ANY(CAST(:regions AS text[])))"""


async def _all(session: AsyncSession, sql: str, **parameters: Any) -> list[Row]:
    return [dict(row) for row in (await session.execute(text(sql), parameters)).mappings()]


async def _first(session: AsyncSession, sql: str, **parameters: Any) -> Row | None:
    rows = await _all(session, sql, **parameters)
    return rows[0] if rows else None


async def delegating_trusts(session: AsyncSession, client_id: str) -> list[str]:
    """Return the trusts that let this client work for them now."""
    return [row["uid"] for row in await _all(session, "SELECT uid FROM delegating_trusts(:id) AS uid", id=client_id)]


async def bind_orgs(session: AsyncSession, orgs: Collection[str]) -> None:
    """Let this transaction see the rows of these organisations."""
    await _all(session, "SELECT set_config('app.orgs', :orgs, true)", orgs="|".join(sorted(orgs)))


_SCHOOLS = """
SELECT urn, rb_kind, rb_id, region, school_orgs(urn, rb_kind, rb_id) AS orgs FROM schools WHERE urn = ANY(:urns)"""


async def school(session: AsyncSession, urn: int) -> Row | None:
    """Return who answers for a school."""
    return await _first(session, _SCHOOLS, urns=[urn])


async def schools(session: AsyncSession, urns: Collection[int]) -> dict[int, Row]:
    """Return who answers for each of these schools."""
    return {row["urn"]: row for row in await _all(session, _SCHOOLS, urns=list(urns))}


async def lock(session: AsyncSession, urn: int, period: str) -> None:
    """Let nobody else write this school's term until the transaction ends."""
    await _all(session, "SELECT pg_advisory_xact_lock_shared(hashtextextended('progress-batches', 0))")
    await _all(session, "SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))", name=f"progress {urn} {period}")


async def lock_all(session: AsyncSession) -> None:
    """Let nobody else write progress data until the transaction ends."""
    await _all(session, LOCK_ALL)


async def newest(session: AsyncSession, urn: int, period: str, seen: Seen, last: int | None = None) -> Row | None:
    """Return the newest version of a school's term, or the newest up to a certain one, with its release."""
    sql = f"""
    SELECT {_VERSION}, r.released_on, {_READ}
    FROM progress_versions v
    LEFT JOIN progress_releases r ON r.urn = v.urn AND r.period = v.period AND r.version = v.version
    WHERE v.urn = :urn AND v.period = :period AND {_SEEN}
        AND (CAST(:last AS integer) IS NULL OR v.version <= :last)
    {_NEWEST}"""
    return await _first(session, sql, urn=urn, period=period, last=last, **SHARES, **seen.parameters)


async def released(session: AsyncSession, urn: int, period: str) -> Row | None:
    """Return what has been released last of a school's term."""
    sql = "SELECT v.* FROM progress_releases v WHERE v.urn = :urn AND v.period = :period"
    return await _first(session, f"{sql} {_NEWEST}", urn=urn, period=period)


async def periods(session: AsyncSession, urn: int, seen: Seen) -> list[Row]:
    """Return the terms of a school that may be seen or are released, each with its newest version."""
    sql = f"""
    SELECT period, max(version) AS version, max(released_version) AS released_version, max(released_on) AS released_on
    FROM (
        SELECT v.period, v.version, CAST(NULL AS integer) AS released_version, CAST(NULL AS date) AS released_on
        FROM progress_versions v WHERE v.urn = :urn AND {_SEEN}
        UNION ALL
        SELECT r.period, r.version, r.version, r.released_on FROM progress_releases r WHERE r.urn = :urn) AS terms
    GROUP BY period"""
    return await _all(session, sql, urn=urn, **seen.parameters)


_CURRENT = f"""
SELECT DISTINCT ON (v.urn, v.period) {_VERSION} FROM progress_versions v
JOIN unnest(CAST(:urns AS integer[]), CAST(:periods AS text[])) AS wanted (urn, period)
    ON wanted.urn = v.urn AND wanted.period = v.period
ORDER BY v.urn, v.period, v.version DESC"""


async def current_versions(session: AsyncSession, keys: Sequence[tuple[int, str]]) -> dict[tuple[int, str], Row]:
    """Return the newest version of each of these schools' terms."""
    rows = await _all(session, _CURRENT, urns=[urn for urn, _ in keys], periods=[period for _, period in keys])
    return {(row["urn"], row["period"]): row for row in rows}


_BESIDE_NOW: Final = f"""
SELECT w.urn, w.period, {BESIDE.format(of="w")} AS beside
FROM unnest(CAST(:urns AS integer[]), CAST(:periods AS text[])) AS w (urn, period)"""


async def add_versions(session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add versions, each with what official files say beside it now: what it tells is decided by that."""
    if not rows:
        return
    keys = {"urns": [row["urn"] for row in rows], "periods": [row["period"] for row in rows]}
    beside = {
        (each["urn"], each["period"]): each["beside"] for each in await _all(session, _BESIDE_NOW, **keys, **SHARES)
    }
    values = [{**row, "beside": beside[row["urn"], row["period"]]} for row in rows]
    await session.execute(insert(ProgressVersion).values(submitted_at=func.clock_timestamp()), values)


async def add_release(session: AsyncSession, values: Mapping[str, Any]) -> None:
    """Make a version public, as it is shown."""
    await session.execute(insert(ProgressRelease).values(**values))


async def add_batch(session: AsyncSession, values: Mapping[str, Any]) -> Row:
    """Keep what became of a batch."""
    columns = ProgressBatch.__table__.columns
    result = await session.execute(insert(ProgressBatch).values(**values).returning(*columns))
    return dict(result.mappings().one())


async def batch(session: AsyncSession, batch_id: UUID, submitted_by: str) -> Row | None:
    """Return a batch that this subject sent."""
    sql = "SELECT * FROM progress_batches WHERE id = :id AND submitted_by = :by"
    return await _first(session, sql, id=batch_id, by=submitted_by)


async def trust_exists(session: AsyncSession, uid: str) -> bool:
    """Tell whether the register has this group."""
    return await _first(session, "SELECT uid FROM school_groups WHERE uid = :uid", uid=uid) is not None


_DELEGATIONS = "SELECT trust_uid, client_id, granted_by, granted_at FROM data_delegations"


async def delegation(session: AsyncSession, uid: str, client_id: str) -> Row | None:
    """Return a delegation that holds."""
    sql = f"{_DELEGATIONS} WHERE trust_uid = :uid AND client_id = :client AND revoked_at IS NULL"
    return await _first(session, sql, uid=uid, client=client_id)


async def delegations(session: AsyncSession, uid: str, after: str | None, limit: int) -> list[Row]:
    """Return the delegations of a trust that hold, by client."""
    sql = f"""{_DELEGATIONS}
    WHERE trust_uid = :uid AND revoked_at IS NULL AND client_id > :after ORDER BY client_id LIMIT :limit"""
    return await _all(session, sql, uid=uid, after=after or "", limit=limit)


async def add_delegation(session: AsyncSession, values: Mapping[str, Any]) -> None:
    """Add a delegation."""
    await session.execute(insert(DataDelegation).values(**values))


async def revoke(session: AsyncSession, uid: str, client_id: str) -> None:
    """End a delegation at once."""
    sql = """
    UPDATE data_delegations SET revoked_at = clock_timestamp()
    WHERE trust_uid = :uid AND client_id = :client AND revoked_at IS NULL"""
    await session.execute(text(sql), {"uid": uid, "client": client_id})


_RELEASED_TERMS = """
SELECT DISTINCT ON (period) period, version, measures, released_on, released_at, made_under
FROM progress_releases WHERE urn = :urn ORDER BY period, version DESC"""


async def released_terms(reads: Reads, urn: int) -> list[Row]:
    """Return what is released of a school: the last release of each term."""
    return await fetch_all(reads, _RELEASED_TERMS, {"urn": urn})


def stale_releases(connection: Connection, rule: str) -> list[Row]:
    """Return urn, period and version of the releases stored under another rule."""
    sql = "SELECT urn, period, version FROM progress_releases WHERE made_under <> :rule ORDER BY 1, 2, 3"
    return [dict(row) for row in connection.execute(text(sql), {"rule": rule}).mappings()]


_UNDECIDE: Final = """
UPDATE progress_releases r SET made_under = ''
FROM unnest(CAST(:urns AS integer[]), CAST(:periods AS text[])) AS term (urn, period)
WHERE term.urn = r.urn AND term.period = r.period AND (r.urn, r.period, r.version) NOT IN (
    SELECT * FROM unnest(CAST(:made_urns AS integer[]), CAST(:made_periods AS text[]), CAST(:made AS integer[])))"""


def undecide(connection: Connection, terms: Sequence[Term], made: Sequence[Row] = ()) -> None:
    """Take the decision from the releases of these terms, but for those that have been made anew."""
    if not terms:
        return
    but = {"made_urns": [each["urn"] for each in made], "made_periods": [each["period"] for each in made]}
    keys = {"urns": [term.urn for term in terms], "periods": [term.period for term in terms]}
    connection.execute(text(_UNDECIDE), {**keys, **but, "made": [each["version"] for each in made]})


_SAME_VERSION: Final = "urn = :urn AND period = :period AND version = :version"


def version(connection: Connection, key: Row) -> Row:
    """Return a version with what it is shown from."""
    sql = f"SELECT v.urn, v.version, {_READ} FROM progress_versions v WHERE {_SAME_VERSION}"
    return dict(connection.execute(text(sql), {**key, **SHARES}).mappings().one())


def replace_release(connection: Connection, key: Row, measures: Sequence[Mapping[str, Any]], rule: str) -> None:
    """Store what a release shows under a rule in place of what it showed."""
    sql = f"""
    UPDATE progress_releases SET measures = :measures, made_under = :rule WHERE {_SAME_VERSION}"""
    statement = text(sql).bindparams(bindparam("measures", type_=JSONB))
    connection.execute(statement, {**key, "measures": [dict(each) for each in measures], "rule": rule})
