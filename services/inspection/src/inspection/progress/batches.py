"""Bulk writes of progress data: every row has one fate, and one bad row loses no good one."""

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from inspection.progress import repository
from inspection.progress.rows import SentRow, rows_of
from inspection.progress.service import new_version, problems_of, stored_form
from inspection.progress.tenancy import Acting, acting
from inspection.progress.terms import wrong_period
from inspection.rows import Row
from shared.auth import Principal
from shared.clock import today
from shared.errors import FieldProblem, NotFound
from shared.ids import new_id
from shared.pagination import PageParameters, page_of
from shared.responses import json_response, ndjson, page_response, wants_ndjson

Document = dict[str, Any]
FATES = ("created", "changed", "unchanged", "rejected")
NOT_FOUND: Final = "not_found"


async def load(request: Request, session: AsyncSession, principal: Principal) -> Response:
    """Take rows as JSON or CSV and answer each of them."""
    rows = await rows_of(request)
    whom = await acting(session, principal)
    await repository.lock_all(session)
    answers = await _Batch(session, principal, whom).take(rows)
    counts = Counter(answer["status"] for answer in answers)
    kept = {
        "id": new_id(),
        "submitted_by": principal.subject,
        "counts": {"received": len(rows), **{fate: counts[fate] for fate in FATES}},
        "rows": answers,
        "tenancy_orgs": [str(principal.org)],
    }
    batch = await repository.add_batch(session, kept)
    return json_response(request, _document(batch), headers={"Location": f"/v1/progress-data/batches/{batch['id']}"})


class _Batch:
    """The rows of one batch on their way into the tables."""

    def __init__(self, session: AsyncSession, principal: Principal, whom: Acting) -> None:
        self._session = session
        self._principal = principal
        self._whom = whom
        self._seen: set[tuple[int, str]] = set()
        self._new: list[dict[str, Any]] = []

    async def take(self, rows: Sequence[SentRow]) -> list[Document]:
        sound = [row.data for row in rows if row.data is not None]
        schools = await repository.schools(self._session, {row.urn for row in rows if row.urn is not None})
        own = {urn: school for urn, school in schools.items() if self._whom.answers_for(school)}
        keys = [(row.urn, row.period) for row in sound if row.urn in own]
        current = await repository.current_versions(self._session, keys)
        answers = [self._answer(row, own, current) for row in rows]
        await repository.add_versions(self._session, self._new)
        return answers

    def _answer(self, row: SentRow, own: Mapping[int, Row], current: Mapping[tuple[int, str], Row]) -> Document:
        wrong = self._problems(row, own)
        if row.data is None or wrong:
            return _answer(row, "rejected", None, wrong)
        key = (row.data.urn, row.data.period)
        self._seen.add(key)
        measures = stored_form(row.data.measures)
        known = current.get(key)
        if known is not None and known["measures"] == measures:
            return _answer(row, "unchanged", known["version"])
        version = 1 if known is None else known["version"] + 1
        self._new.append(new_version(own[key[0]], key[1], version, measures, self._principal))
        return _answer(row, "created" if known is None else "changed", version)

    def _problems(self, row: SentRow, own: Mapping[int, Row]) -> list[FieldProblem]:
        """Return what speaks against a row: first of all, that it is of a school of somebody else."""
        data = row.data
        if row.urn is not None and row.urn not in own:
            text = f"There is no school {row.urn} among those that you answer for."
            return [FieldProblem("/urn", text, NOT_FOUND)]
        if data is None:
            return list(row.problems)
        if wrong := wrong_period(data.period, today()):
            return [FieldProblem("/period", wrong, "unknown_period")]
        if (data.urn, data.period) in self._seen:
            return [FieldProblem("/urn", "An earlier row is of this school and term.", "duplicate")]
        return problems_of(data.measures)


def _answer(row: SentRow, status: str, version: int | None, problems: Sequence[FieldProblem] = ()) -> Document:
    return {
        "row": row.number,
        "urn": row.urn,
        "period": row.period,
        "status": status,
        "version": version,
        "errors": [{"pointer": each.pointer, "detail": each.detail, "code": each.code} for each in problems],
    }


async def read(request: Request, session: AsyncSession, principal: Principal, batch_id: UUID) -> Response:
    """Answer with a batch that this client sent."""
    return json_response(request, _document(await _found(session, principal, batch_id)))


async def rejections(
    request: Request, session: AsyncSession, principal: Principal, batch_id: UUID, page: PageParameters
) -> Response:
    """Answer with the rows that were rejected: a page of them, or all."""
    batch = await _found(session, principal, batch_id)
    rejected = [row for row in batch["rows"] if row["status"] == "rejected"]
    if wants_ndjson(request):
        return ndjson(_every(rejected))
    after = page.key(int)
    left = [row for row in rejected if after is None or row["row"] > after[0]]
    shown = page_of(request, page, left[: page.limit + 1], lambda row: (row["row"],), total=len(rejected))
    return page_response(request, shown)


async def _every(rows: Sequence[Document]) -> AsyncIterator[Document]:
    for row in rows:
        yield row


async def _found(session: AsyncSession, principal: Principal, batch_id: UUID) -> Row:
    """Return a batch of this client, while it acts for every school that the batch is about."""
    batch = await repository.batch(session, batch_id, principal.subject)
    if batch is not None:
        whom = await acting(session, principal)
        urns = _schools_of(batch)
        schools = await repository.schools(session, urns)
        if all(urn in schools and whom.answers_for(schools[urn]) for urn in urns):
            return batch
    raise NotFound("There is no such batch that you may read.")


def _schools_of(batch: Row) -> set[int]:
    """Return the schools of a batch; a row that was rejected as somebody else's tells nothing of its school."""
    return {
        row["urn"]
        for row in batch["rows"]
        if row["urn"] is not None and all(error["code"] != NOT_FOUND for error in row["errors"])
    }


def _document(batch: Row) -> Document:
    return {
        "id": str(batch["id"]),
        "counts": batch["counts"],
        "data": batch["rows"],
        "created_at": batch["created_at"],
    }
