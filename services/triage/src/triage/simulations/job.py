"""The job of a simulation: decide twice for every school, explain those that move, store the counts and the moves."""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any, Final

from sqlalchemy import Connection

from shared.jobs.context import JobContext
from shared.jobs.model import JobKind
from triage.domain.moving import Side, differ, moved_by
from triage.domain.overrides import merged
from triage.domain.policy import read_policy
from triage.domain.tiering import Judge
from triage.policies import repository as policies
from triage.runs.results import read_evidence
from triage.runs.standing_sql import driver_of
from triage.simulations import repository
from triage.simulations.counting import Counting
from triage.simulations.repository import Order, School

KIND: Final = "simulation"


def run(context: JobContext) -> Mapping[str, Any]:
    """Run one order over the facts as they are held. It writes to no table but its own."""
    with context.engine.begin() as connection:
        order = repository.order_of(connection, context.id)
        work = _Work(context, order, *_judges(connection, order))
        work.run(connection)
        counts = work.counting.overall()
        repository.finish(connection, order.id, counts, work.evidence.hexdigest())
        context.succeed(connection, {"moved": counts["moved"]})
    return {"moved": counts["moved"]}


def _judges(connection: Connection, order: Order) -> tuple[Judge, Judge]:
    baseline = policies.document(connection, order.scheme, order.baseline_version)
    tried = policies.document(connection, order.scheme, order.policy_version)
    changed = {**tried, "parameters": merged(tried["parameters"], order.parameters)}
    return Judge.of(read_policy(baseline)), Judge.of(read_policy(changed))


class _Work:
    """One pass over the schools."""

    def __init__(self, context: JobContext, order: Order, baseline: Judge, tried: Judge) -> None:
        self.counting = Counting()
        self.evidence = hashlib.sha256()
        self._context = context
        self._order = order
        self._baseline = baseline
        self._tried = tried

    def run(self, connection: Connection) -> None:
        """Judge every school twice; keep those that move."""
        driver = driver_of(connection)
        total, done = repository.total(driver, self._order), 0
        for batch in repository.schools(driver, self._order):
            repository.write_moves(driver, self._order.id, self._moves(batch))
            done += len(batch)
            self._context.progress(done, total, "judging")
        repository.write_groups(driver, self._order.id, self.counting.groups())

    def _moves(self, batch: list[School]) -> Iterator[tuple[Any, ...]]:
        as_of = self._order.as_of
        for school in batch:
            self.evidence.update(f"{school.urn} {school.evidence_version} ".encode())
            facts = read_evidence(school.urn, school.facts, school.follow_up)
            case, other = self._baseline.case(facts, as_of), self._tried.case(facts, as_of)
            before, after = self._baseline.decide(case), self._tried.decide(other)
            flags_differ = before.flags != after.flags
            self.counting.add(school, before.result, after.result, flags_differ=flags_differ)
            if differ(before, after):
                yield self._row(school, Side(self._baseline, case, before), Side(self._tried, other, after))

    @staticmethod
    def _row(school: School, before: Side, after: Side) -> tuple[Any, ...]:
        return (
            school.urn,
            school.name,
            school.region,
            school.phase,
            school.la_code,
            school.trust_uid,
            school.deprivation,
            before.verdict.result,
            after.verdict.result,
            list(before.verdict.flags),
            list(after.verdict.flags),
            moved_by(before, after),
        )


SIMULATION: Final = JobKind(KIND, run)
