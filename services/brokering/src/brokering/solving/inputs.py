"""What a round is solved from, read in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, RowMapping

from brokering.domain.matching import Leader, Need
from brokering.domain.matching_policy import MatchingPolicy
from brokering.domain.splitting import Split, parts_of, too_short
from brokering.domain.values import NeedsFrom, NeedState, Window, broker_keys, half_days
from brokering.matching import repository
from brokering.matching.roster import leaders_of, needs_of, trusts_among
from brokering.policies.documents import matching_policy, with_weights
from brokering.reference.lists import codes
from brokering.solver.problem import ordered_leaders, ordered_needs
from shared.jobs import JobContext, JobFailed

UPSTREAMS = ("inspection", "triage")


@dataclass(frozen=True, slots=True)
class Inputs:
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
    too_short_to_split: int


def catch_up(ctx: JobContext) -> list[dict[str, Any]]:
    """Apply what stands in both feeds; an upstream that is down leaves what is held, and is told of."""
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


def read_inputs(connection: Connection, asked: Mapping[Any, Any]) -> Inputs:
    """Read what a round with these parameters is solved from; raises JobFailed where its policy is not known."""
    window = Window(asked["window_from"], asked["window_to"])
    need_rows = repository.rows(connection, repository.NEEDS_OF_ROUND, _need_filter(asked["scope"]))
    places = repository.rows(connection, repository.TRUST_PLACES, {"uids": trusts_among(need_rows)})
    dates = {"starts_on": window.starts_on, "ends_on": window.ends_on}
    roster = repository.roster_rows(connection, dates)
    ids = [str(row["id"]) for row in need_rows]
    standing = repository.rows(connection, repository.STANDING_PROPOSALS, {"needs": ids})
    policy = matching_policy(asked["policy_version"])
    if policy is None:
        raise JobFailed("Unknown policy", "This build does not hold the version of the policy that the round asks for.")
    policy = _as_asked(policy, asked)
    needs = needs_of(need_rows, places)
    return Inputs(
        policy=policy,
        window=window,
        needs=ordered_needs([part for need in needs for part in parts_of(need, policy.split)]),
        leaders=ordered_leaders(leaders_of(roster)),
        need_rows={str(row["id"]): row for row in need_rows},
        leader_rows={str(row["id"]): row for row in roster.leaders},
        pinned=_pairs(asked["pinned"]),
        standing=frozenset((str(row["need_id"]), str(row["leader_id"])) for row in standing),
        stability=asked["stability"],
        too_short_to_split=sum(too_short(need, policy.split) for need in needs),
    )


def _as_asked(policy: MatchingPolicy, asked: Mapping[Any, Any]) -> MatchingPolicy:
    """Return the policy with what this round asks for besides."""
    return replace(
        with_weights(policy, asked["weights"]),
        distance_cap_km=asked["distance_cap_km"] or policy.distance_cap_km,
        cross_region=asked["cross_region"],
        excluded=frozenset(_pairs(asked["excluded"])),
        broker=broker_keys(asked["broker"]),
        split=_split(asked["split"]),
    )


def _split(asked: Mapping[str, Any] | None) -> Split | None:
    if asked is None:
        return None
    return Split(half_days(asked["ceo_days"]), half_days(asked["nle_days"]), asked["both_or_none"])


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
