"""The job of a run: catch up with the evidence, judge every school, store what changed. All effects commit at once."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection

from shared.events.consumer import CatchUp
from shared.jobs.context import JobContext
from shared.jobs.model import JobFailed, JobKind
from triage.domain.tiering import Judge
from triage.intake.handlers import CONSUMER
from triage.runs import repository
from triage.runs import standing_sql as standing
from triage.runs.judges import Judges
from triage.runs.repository import RunOrder
from triage.runs.results import Stored, read_evidence, store
from triage.runs.standing import goes_on
from triage.runs.standing_sql import CURRENT, Fresh, HeldSchool, Place

KIND: Final = "assessment-run"


class Tally:
    """What a run comes to, counted as it goes."""

    def __init__(self) -> None:
        self.assessed = 0
        self.changed = 0
        self._by_region: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.confirmed: list[tuple[UUID, str]] = []

    def count(self, school: HeldSchool, stored: Stored, *, stands: bool) -> None:
        """Count a result, and whether what stood before goes on standing."""
        self.assessed += 1
        self._by_region[school.region or "unknown"][stored.proposal.result] += 1
        if not stands:
            self.changed += 1
        elif school.live is not None and school.live.facts_version != school.evidence_version:
            self.confirmed.append((school.live.id, school.evidence_version))

    def counts(self) -> dict[str, Any]:
        """The counts of the run document."""
        by_result: Counter[str] = sum(self._by_region.values(), Counter())
        return {
            "assessed": self.assessed,
            "changed": self.changed,
            "unchanged": self.assessed - self.changed,
            "by_result": dict(sorted(by_result.items())),
            "by_region": {region: dict(sorted(found.items())) for region, found in sorted(self._by_region.items())},
        }


def run(context: JobContext) -> Mapping[str, Any]:
    """Run one order. An upstream that is down is no reason not to judge: the run says how old its facts are.

    Raises:
        JobFailed: the copy of the facts has never been complete, so that nothing could be said of all schools.
    """
    context.progress(0, step="catching up with the evidence")
    caught_up = context.catch_up(CONSUMER)
    if not caught_up.reached_head and caught_up.upstream_as_of is None:
        raise JobFailed(
            "There are no complete facts yet",
            "The inspection service does not answer, and its feed has never been read to the end. Run again later.",
        )
    upstream = _upstream(caught_up)
    with context.engine.begin() as connection:
        order = repository.order_of(connection, context.id)
        judges = Judges()
        audience = judges.of(connection, order.scheme, order.policy_version).audience
        standing.begin(connection, order.scheme, order.series)
        tally = _assess(context, connection, order, lambda version: judges.of(connection, order.scheme, version).judge)
        standing.merge(connection, _place(order, audience), tally.changed)
        standing.confirm(connection, tally.confirmed)
        counts = tally.counts()
        repository.finish(connection, order.id, upstream, counts)
        context.succeed(connection, counts)
    return counts


def _place(order: RunOrder, audience: str) -> Place:
    seen_by = audience if order.series == CURRENT else "department"
    return Place(order.scheme, order.policy_version, order.as_of, order.series, seen_by, order.id)


def _upstream(caught_up: CatchUp) -> dict[str, Any]:
    as_of = caught_up.upstream_as_of
    return {"reached": caught_up.reached_head, "as_of": as_of.isoformat() if as_of else None}


def _assess(context: JobContext, connection: Connection, order: RunOrder, judge_of: Callable[[int], Judge]) -> Tally:
    tally = Tally()
    driver = standing.driver_of(connection)
    total = repository.total(driver, order)
    for batch in repository.schools(driver, order):
        judges = {version: judge_of(version) for version in _versions(batch, order)}  # read before the COPY begins
        standing.write(driver, _differing(batch, order, tally, judges))
        context.progress(tally.assessed, total, "judging")
    return tally


def _versions(batch: list[HeldSchool], order: RunOrder) -> set[int]:
    return {order.policy_version, *[school.live.policy_version for school in batch if school.live is not None]}


def _differing(batch: list[HeldSchool], order: RunOrder, tally: Tally, judges: Mapping[int, Judge]) -> Iterator[Fresh]:
    judge = judges[order.policy_version]
    for school in batch:
        stored = store(judge.propose(read_evidence(school.urn, school.facts, school.follow_up), order.as_of))
        stands = _stands(school, stored, order, judges)
        tally.count(school, stored, stands=stands)
        if not stands:
            yield Fresh(school, stored, "run")


def _stands(school: HeldSchool, stored: Stored, order: RunOrder, judges: Mapping[int, Judge]) -> bool:
    """Runs of an earlier day say what their version says; only of today a version alone replaces nothing."""
    if order.series != CURRENT:
        return school.live is not None and school.live.result_hash == stored.result_hash
    return goes_on(school, stored, order.as_of, judges.__getitem__)


ASSESSMENT_RUN: Final = JobKind(KIND, run, lock="assessment-run")
