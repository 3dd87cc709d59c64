"""Jobs as clients deal with them: submitted with the row they work for, watched, cancelled."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Principal
from shared.errors import NotFound
from shared.ids import new_id
from shared.jobs import repository
from shared.jobs.model import JobAlreadyFinished, JobKind, JobState, JobView


class Jobs:
    """The kinds of work that a service knows, and the jobs of these kinds.

    The same inventory serves the API, which submits, and the worker, which runs.
    """

    def __init__(self, kinds: Iterable[JobKind]) -> None:
        self.kinds = {kind.name: kind for kind in kinds}

    async def submit(
        self,
        session: AsyncSession,
        kind: str,
        params: Mapping[str, Any],
        principal: Principal,
        *,
        job_id: UUID | None = None,
    ) -> JobView:
        """Queue a job in the session's transaction: it exists, and can be run, from the commit on.

        `job_id` is the id of the resource the job works for. `params` must be JSON.
        """
        return await repository.submit(
            session,
            job_id=job_id or new_id(),
            kind=kind,
            lock=self.kinds[kind].lock,
            params=params,
            principal=principal,
        )

    async def get(self, session: AsyncSession, job_id: UUID, principal: Principal) -> JobView:
        """Return the job; raises NotFound for one that this client may not see."""
        job = await repository.get(session, job_id, principal)
        if job is None:
            raise NotFound("There is no such job.")
        return job

    async def cancel(self, session: AsyncSession, job_id: UUID, principal: Principal) -> JobView:
        """Cancel the job: one that waits never runs, one that runs ends without effect at its next report.

        Cancelling again changes nothing. Raises NotFound, or JobAlreadyFinished for one that succeeded or failed.
        """
        await repository.cancel(session, job_id, principal)
        job = await self.get(session, job_id, principal)
        if job.state in {JobState.SUCCEEDED, JobState.FAILED}:
            raise JobAlreadyFinished(f"The job has already {job.state.value}.")
        return job
