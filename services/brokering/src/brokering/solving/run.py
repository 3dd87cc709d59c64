"""The job that solves a round: catch up, read, match, explain, and store all of it in one transaction."""

from __future__ import annotations

from typing import Any

from brokering.solver.explanations import Explainer
from brokering.solver.linear import Infeasible
from brokering.solver.pairs import build_problem
from brokering.solver.problem import Problem, Solution
from brokering.solver.stability import solve_steadily, standing_pairs
from brokering.solving import results
from brokering.solving.inputs import Inputs, catch_up, read_inputs
from brokering.solving.pins import CANNOT_BE_HELD, numbers, pins
from brokering.solving.results import Solved
from shared.errors import FieldProblem
from shared.jobs import JobContext, JobFailed

STEPS = ("catching up with the feeds", "reading needs and leaders", "pairing", "solving", "explaining", "storing")


def run_round(ctx: JobContext, seconds: float) -> None:
    """Solve the round whose id is the job's; raises JobFailed where its pins cannot be held.

    `seconds` limits the search where days are mixed.
    """
    _report(ctx, 0)
    upstream = catch_up(ctx)
    _report(ctx, 1)
    with ctx.engine.begin() as connection:
        given = read_inputs(connection, results.round_row(connection, ctx.id))
    _report(ctx, 2)
    problem = build_problem(given.policy, given.window, given.needs, given.leaders)
    _report(ctx, 3)
    solution = _solve(given, problem, seconds)
    _report(ctx, 4)
    solved = _solved(ctx, given, problem, solution, upstream)
    prepared = results.prepare(solved)
    _report(ctx, 5)
    with ctx.engine.begin() as connection:
        outcome = results.store(connection, solved, prepared)
        ctx.succeed(connection, outcome)


def _solve(given: Inputs, problem: Problem, seconds: float) -> Solution:
    try:
        return solve_steadily(
            problem,
            standing_pairs(problem, numbers(given, given.standing).values()),
            given.stability,
            pins(given, problem),
            seconds,
        )
    except Infeasible as error:
        text = "The round matches both parts of a need or none, and the other part of a pinned one has to fit, too."
        problems = [FieldProblem("/pinned", text, "infeasible")]
        raise JobFailed(CANNOT_BE_HELD, text, problems) from error


def _solved(
    ctx: JobContext, given: Inputs, problem: Problem, solution: Solution, upstream: list[dict[str, Any]]
) -> Solved:
    explainer = Explainer(
        policy=given.policy,
        window=given.window,
        needs=given.needs,
        leaders=given.leaders,
        problem=problem,
        solution=solution,
    )
    return Solved(
        round_id=ctx.id,
        policy=given.policy,
        window=given.window,
        needs=given.needs,
        leaders=given.leaders,
        need_rows=given.need_rows,
        leader_rows=given.leader_rows,
        pinned=frozenset(given.pinned),
        standing=given.standing,
        problem=problem,
        solution=solution,
        explainer=explainer,
        upstream=upstream,
        too_short_to_split=given.too_short_to_split,
    )


def _report(ctx: JobContext, done: int) -> None:
    ctx.progress(done, len(STEPS), STEPS[done])
