"""The job that solves a round: catch up, read, match, explain, and store all of it in one transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import RowMapping

from brokering.domain.matching import Leader, Need
from brokering.domain.matching_policy import MatchingPolicy
from brokering.domain.values import NeedsFrom, NeedState, Window, broker_keys
from brokering.matching import repository as inputs
from brokering.matching.roster import leaders_of, needs_of, trusts_among
from brokering.policies.documents import matching_policy, with_weights
from brokering.reference.lists import codes
from brokering.solver.explanations import Explainer
from brokering.solver.linear import Infeasible
from brokering.solver.pairs import build_problem
from brokering.solver.problem import Problem, Solution, ordered_leaders, ordered_needs
from brokering.solver.stability import solve_steadily, standing_pairs
from brokering.solving import results
from brokering.solving.results import Solved
from shared.errors import FieldProblem
from shared.jobs import JobContext, JobFailed

UPSTREAMS = ("inspection", "triage")
STEPS = ("catching up with the feeds", "reading needs and leaders", "pairing", "solving", "explaining", "storing")


@dataclass(frozen=True, slots=True)
class _Inputs:
    """What a round is solved from, as it stood in one moment."""

    policy: MatchingPolicy
    window: Window
    needs: list[Need]
    leaders: list[Leader]
    need_rows: Mapping[str, RowMapping]
    leader_rows: Mapping[str, RowMapping]
    pinned: list[tuple[str, str]]
    standing: frozenset[tuple[str, str]]
    stability: int


def run_round(ctx: JobContext, seconds: float) -> None:
    """Solve the round whose id is the job's; raises JobFailed where its pins cannot be held.

    `seconds` limits the search where days are mixed.
    """
    upstream = _catch_up(ctx)
    _report(ctx, 1)
    given = _read(ctx)
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


def _solve(given: _Inputs, problem: Problem, seconds: float) -> Solution:
    try:
        return solve_steadily(
            problem,
            standing_pairs(problem, _numbers(given, given.standing).values()),
            given.stability,
            _pins(given),
            seconds,
        )
    except Infeasible as error:
        text = "A pinned pair breaks a hard rule, or the pinned pairs together ask more of a leader than there is."
        problems = [FieldProblem("/pinned", text, "infeasible")]
        raise JobFailed("The pinned pairs cannot be held", text, problems) from error


def _solved(
    ctx: JobContext, given: _Inputs, problem: Problem, solution: Solution, upstream: list[dict[str, Any]]
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
    )


def _report(ctx: JobContext, done: int) -> None:
    ctx.progress(done, len(STEPS), STEPS[done])


def _catch_up(ctx: JobContext) -> list[dict[str, Any]]:
    """Apply what stands in both feeds; an upstream that is down leaves what is held, and is told of."""
    _report(ctx, 0)
    told: list[dict[str, Any]] = []
    for name in UPSTREAMS:
        try:
            stands = ctx.catch_up(name)
        except KeyError:
            told.append({"service": name, "reached_head": False, "as_of": None})
            continue
        as_of = stands.upstream_as_of.isoformat() if stands.upstream_as_of else None
        told.append({"service": name, "reached_head": stands.reached_head, "as_of": as_of})
    return told


def _read(ctx: JobContext) -> _Inputs:
    with ctx.engine.begin() as connection:
        asked = results.round_row(connection, ctx.id)
        window = Window(asked["window_from"], asked["window_to"])
        need_rows = inputs.rows(connection, inputs.NEEDS_OF_ROUND, _need_filter(asked["scope"]))
        places = inputs.rows(connection, inputs.TRUST_PLACES, {"uids": trusts_among(need_rows)})
        dates = {"starts_on": window.starts_on, "ends_on": window.ends_on}
        roster = inputs.roster_rows(connection, dates)
        standing = inputs.rows(connection, inputs.STANDING_PROPOSALS, {"needs": [str(row["id"]) for row in need_rows]})
    policy = matching_policy(asked["policy_version"])
    if policy is None:
        raise JobFailed("Unknown policy", "This build does not hold the version of the policy that the round asks for.")
    return _Inputs(
        policy=_as_asked(policy, asked),
        window=window,
        needs=ordered_needs(needs_of(need_rows, places)),
        leaders=ordered_leaders(leaders_of(roster)),
        need_rows={str(row["id"]): row for row in need_rows},
        leader_rows={str(row["id"]): row for row in roster.leaders},
        pinned=_pairs(asked["pinned"]),
        standing=frozenset((str(row["need_id"]), str(row["leader_id"])) for row in standing),
        stability=asked["stability"],
    )


def _as_asked(policy: MatchingPolicy, asked: RowMapping) -> MatchingPolicy:
    """Return the policy with what this round asks for besides."""
    return replace(
        with_weights(policy, asked["weights"]),
        cross_region=asked["cross_region"],
        excluded=frozenset(_pairs(asked["excluded"])),
        broker=broker_keys(asked["broker"]),
    )


def _pairs(asked: Sequence[Mapping[str, str]]) -> list[tuple[str, str]]:
    return [(pair["need_id"], pair["leader_id"]) for pair in asked]


def _need_filter(scope: Mapping[str, Any]) -> dict[str, Any]:
    states = [NeedState.DECIDED.value]
    if scope["needs_from"] == NeedsFrom.PROPOSED:
        states.append(NeedState.PROVISIONAL.value)
    return {"states": states, "regions": scope["regions"], "everywhere": _all_england(scope["regions"])}


def _all_england(regions: list[str]) -> bool:
    """A round over every region takes needs of schools whose region is not known yet, too."""
    return set(regions) == codes("regions")


def _pins(given: _Inputs) -> list[tuple[int, int]]:
    """Return the pinned pairs by number; raises JobFailed where one names no need or leader of the round."""
    found = _numbers(given, given.pinned)
    unknown = [number for number, pin in enumerate(given.pinned) if pin not in found]
    if unknown:
        problems = [FieldProblem(f"/pinned/{n}", "Not a need or leader of this round.", "unknown") for n in unknown]
        raise JobFailed("A pinned pair is unknown", "A pinned need or leader is not in this round.", problems)
    return [found[pin] for pin in given.pinned]


def _numbers(given: _Inputs, pairs: Collection[tuple[str, str]]) -> dict[tuple[str, str], tuple[int, int]]:
    """Return the numbers of the pairs whose need and leader are in the round."""
    needs = {need.id: number for number, need in enumerate(given.needs)}
    leaders = {leader.id: number for number, leader in enumerate(given.leaders)}
    return {(n, k): (needs[n], leaders[k]) for n, k in pairs if n in needs and k in leaders}
