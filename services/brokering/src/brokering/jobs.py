"""The kinds of long work of this service; the API submits them, the worker runs them."""

from functools import partial
from typing import Final

from brokering.solving.run import run_round
from brokering.what_if.run import run_days_what_if
from shared.jobs import JobKind, Jobs

MATCHING_ROUND: Final = "matching-round"
DAYS_WHAT_IF: Final = "days-what-if"
SOLVER_SECONDS: Final = 60.0


def jobs(solver_seconds: float = SOLVER_SECONDS) -> Jobs:
    """Return the inventory; `solver_seconds` limits the search of rounds with mixed days, for whoever runs them."""
    solve = partial(run_round, seconds=solver_seconds)
    try_days = partial(run_days_what_if, seconds=solver_seconds)
    return Jobs(
        [
            JobKind(MATCHING_ROUND, solve, lock=MATCHING_ROUND),
            JobKind(DAYS_WHAT_IF, try_days, lock=MATCHING_ROUND),
        ]
    )


JOBS: Final = jobs()
"""For those who only submit, watch and cancel."""
