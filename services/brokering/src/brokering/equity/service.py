"""Builds the equity report of a round."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from brokering.domain import equity
from brokering.domain.equity import PLACES, Direct, Outcome
from brokering.domain.values import Flag, in_days
from brokering.equity import repository
from brokering.policies.documents import current_policy, matching_policy
from brokering.rounds import service as rounds
from shared.auth.principal import Principal


async def report(session: AsyncSession, principal: Principal, round_id: UUID) -> dict[str, Any]:
    """Return the report; raises RoundNotFound."""
    asked = await rounds.read(session, principal, round_id)
    policy = matching_policy(asked["policy_version"]) or current_policy()
    direct: dict[UUID, list[Direct]] = defaultdict(list)
    for row in await repository.direct_offers(session, principal, round_id):
        days = float(in_days(row["half_days"]))
        direct[row["need_id"]].append(Direct(str(row["leader_id"]), row["leader_region"], days))
    found = await repository.outcomes(session, principal, round_id)
    outcomes = [_outcome(row, direct.pop(row["need_id"], [])) for row in found]
    served = equity.served(outcomes)
    matches = sum(outcome.leader_id is not None for outcome in outcomes)
    crossing = sum(outcome.out_of_region for outcome in outcomes)
    return {
        "round_id": str(round_id),
        **asdict(served),
        "by_region": [asdict(group) for group in equity.groups(outcomes, "region")],
        "by_phase": [asdict(group) for group in equity.groups(outcomes, "phase")],
        "by_deprivation": [asdict(group) for group in equity.groups(outcomes, "idaci_quintile")],
        "distances": asdict(equity.distances(outcomes, policy.distance_bands_km)),
        "out_of_region": {"matches": crossing, "share": round(crossing / matches, PLACES) if matches else None},
        "supporters": asdict(equity.supporters(outcomes)),
        "without_round": asdict(equity.without_round(outcomes)),
    }


def _outcome(row: Mapping[Any, Any], direct: Sequence[Direct]) -> Outcome:
    same = {name: row[name] for name in ("region", "phase", "idaci_quintile", "leader_region", "employer")}
    return Outcome(
        **same,
        need_id=str(row["need_id"]),
        days=float(row["days"]),
        leader_id=None if row["leader_id"] is None else str(row["leader_id"]),
        suitability=row["suitability"],
        km=None if row["distance_km"] is None else float(row["distance_km"]),
        broker_colleague=Flag.BROKER_COLLEAGUE in (row["flags"] or ()),
        direct=tuple(direct),
    )
