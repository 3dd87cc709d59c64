"""The routers of this service, in the order of its documentation."""

from typing import Final

from fastapi import APIRouter

from brokering.budgets.endpoints import router as budgets
from brokering.candidates.endpoints import router as candidates
from brokering.claims.endpoints import router as claims
from brokering.comparisons.endpoints import router as comparisons
from brokering.conflict_checks.endpoints import router as conflict_checks
from brokering.disclosures.endpoints import router as disclosures
from brokering.episodes.completion_endpoints import router as completion
from brokering.episodes.endpoints import router as episodes
from brokering.equity.endpoints import router as equity
from brokering.leaders.batch_endpoints import router as leader_batches
from brokering.leaders.endpoints import router as leaders
from brokering.leaders.record_endpoints import router as leader_records
from brokering.need_statements.endpoints import router as need_statements
from brokering.needs.endpoints import router as needs
from brokering.notifications.endpoints import router as notifications
from brokering.offers.endpoints import router as offers
from brokering.policies.endpoints import router as policies
from brokering.proposals.endpoints import router as proposals
from brokering.rechecks.endpoints import router as rechecks
from brokering.reference.endpoints import router as reference
from brokering.rounds.endpoints import router as rounds
from brokering.statistics.endpoints import router as statistics
from brokering.tasks.endpoints import router as tasks
from brokering.visits.endpoints import router as visits
from brokering.what_if.endpoints import router as what_ifs

ROUTERS: Final[tuple[APIRouter, ...]] = (
    leader_batches,
    leaders,
    leader_records,
    rechecks,
    needs,
    need_statements,
    candidates,
    rounds,
    comparisons,
    what_ifs,
    equity,
    proposals,
    conflict_checks,
    disclosures,
    offers,
    episodes,
    visits,
    completion,
    claims,
    budgets,
    tasks,
    notifications,
    statistics,
    policies,
    reference,
)
