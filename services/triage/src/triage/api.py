"""The routers of the service, in the order in which they are matched."""

from typing import Final

from fastapi import APIRouter

from triage.assessments.endpoints import router as assessments
from triage.caseload.endpoints import router as caseload
from triage.decisions.endpoints import router as decisions
from triage.eligibility.endpoints import router as eligibility
from triage.follow_up.endpoints import router as follow_up
from triage.notices.endpoints import router as notices
from triage.policies.endpoints import router as policies
from triage.procedure.endpoints import router as procedure
from triage.publications.endpoints import router as publications
from triage.reference.endpoints import router as reference
from triage.representations.endpoints import router as representations
from triage.runs.endpoints import router as runs
from triage.simulations.endpoints import router as simulations
from triage.statistics.endpoints import router as statistics
from triage.tasks.endpoints import router as tasks
from triage.term_dates.endpoints import router as term_dates
from triage.watch_list.endpoints import router as watch_list

ROUTERS: Final[tuple[APIRouter, ...]] = (
    policies,
    runs,
    simulations,
    assessments,
    eligibility,
    follow_up,
    procedure,
    term_dates,
    notices,
    representations,
    decisions,
    publications,
    caseload,
    tasks,
    statistics,
    watch_list,
    reference,
)
