"""The job that tries several numbers of days: needs and leaders are read once, and nothing is stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from brokering.domain.matching import Need
from brokering.domain.values import half_days, in_days, say_days
from brokering.solver.pairs import build_problem
from brokering.solver.problem import Problem, Solution
from brokering.solver.solve import solve
from brokering.solving.inputs import Inputs, catch_up, read_inputs
from shared.jobs import JobContext


def run_days_what_if(ctx: JobContext, seconds: float) -> Mapping[str, Any]:
    """Solve the needs as they stand and with each number of days; `seconds` limits each search where days are mixed."""
    choices = [None, *(half_days(days) for days in ctx.params["days"])]
    ctx.progress(0, len(choices), "catching up with the feeds")
    catch_up(ctx)
    with ctx.engine.begin() as connection:
        given = read_inputs(connection, _dated(ctx.params))
    told: list[dict[str, Any]] = []
    for done, halves in enumerate(choices):
        ctx.progress(done, len(choices), "solving")
        told.append(_choice(given, halves, seconds, told))
    asked = {name: value for name, value in ctx.params.items() if name not in {"days", "broker"}}
    return {"asked": asked, "choices": told}


def _choice(given: Inputs, halves: int | None, seconds: float, before: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    needs = given.needs if halves is None else [_with_days(need, halves) for need in given.needs]
    problem = build_problem(given.policy, given.window, needs, given.leaders)
    solution = solve(problem, seconds=seconds)
    more = solution.matched - int(before[0]["matched"]) if before else 0
    return {
        "days": None if halves is None else float(in_days(halves)),
        "needs": problem.needs,
        "matched": solution.matched,
        "unmatched": problem.needs - solution.matched,
        "more_matched": more,
        "days_given": _days_given(problem, solution),
        "total_suitability": solution.total_suitability,
        "optimal": solution.optimal,
        "gap": solution.gap,
        "text": _sentence(needs, halves, solution.matched, more),
    }


def _with_days(need: Need, halves: int) -> Need:
    """A part that waits beside support has its days from what its need had."""
    return need if need.beside_support else replace(need, half_days=halves)


def _days_given(problem: Problem, solution: Solution) -> float:
    return float(in_days(int(problem.half_days[solution.leader_of_need >= 0].sum())))


def _sentence(needs: Sequence[Need], halves: int | None, matched: int, more: int) -> str:
    if halves is None:
        return f"With the days asked for today, {matched} of {len(needs)} schools and trusts are served."
    what = "school or trust" if abs(more) == 1 else "schools and trusts"
    number = f"{abs(more)} {'more' if more > 0 else 'fewer'} {what}" if more else "as many"
    return f"{say_days(halves)} each would serve {number}."


def _dated(params: Mapping[str, Any]) -> dict[str, Any]:
    dates = {name: date.fromisoformat(params[name]) for name in ("window_from", "window_to")}
    return {**params, **dates, "weights": {}, "pinned": [], "excluded": [], "stability": 0, "split": None}
