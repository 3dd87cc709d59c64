"""The kinds of long work of this service: the API submits them, the worker runs them."""

from typing import Final

from shared.jobs.resource import Jobs
from triage.runs.job import ASSESSMENT_RUN
from triage.simulations.job import SIMULATION

JOBS: Final = Jobs([ASSESSMENT_RUN, SIMULATION])
