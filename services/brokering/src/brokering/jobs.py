"""The kinds of long work of this service; the API submits them, the worker runs them."""

from typing import Final

from brokering.solving.run import run_round
from shared.jobs import JobKind, Jobs

MATCHING_ROUND: Final = "matching-round"

JOBS: Final = Jobs([JobKind(MATCHING_ROUND, run_round, lock=MATCHING_ROUND)])
