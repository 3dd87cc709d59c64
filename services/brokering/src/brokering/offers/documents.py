"""Offers as documents: whole for those who broker, and fit for a party."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from brokering.domain.ledger import to_days
from brokering.domain.offer_states import STATES
from brokering.domain.values import NeedState, flags_now
from brokering.ledger.policy import support_policy
from shared.auth.principal import Principal

PARTIES = frozenset({"school", "trust", "la", "leader"})


def offer_document(row: Row[Any], principal: Principal) -> dict[str, Any]:
    """Return an offer for this client.

    A party is not shown the flags that rest on an undecided judgement of some school, and a school not the words that
    the broker wrote to the leader.
    """
    waits_on = STATES[row.state].waits_on
    return {
        "id": str(row.id),
        "proposal_id": str(row.proposal_id) if row.proposal_id else None,
        "joins_episode_id": str(row.joins_episode_id) if row.joins_episode_id else None,
        "part": row.part,
        "need_id": str(row.need_id),
        "leader_id": str(row.leader_id),
        "episode_id": str(row.episode_id) if row.episode_id else None,
        "subject": {"kind": row.subject_kind, "id": row.subject_id, "name": row.subject_name},
        "days": to_days(row.half_days),
        "state": row.state,
        "waits_on": waits_on.value if waits_on else None,
        "due_at": row.due_at if waits_on else None,
        "deadline": row.deadline,
        "message": None if principal.org.kind in PARTIES - {"leader"} else row.message,
        "offered_by": row.offered_by,
        "offered_at": row.offered_at,
        "response": _answer(row.response),
        "school_agreement": _answer(row.school_agreement),
        "approval": {"warning": None, **row.approval} if row.approval else None,
        "withdrawal": row.withdrawal,
        "shown": _shown(row.shown, row.offered_at, principal),
        "updated_at": row.updated_at,
    }


def _answer(given: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Answers from before reasons had codes are kept without one."""
    return None if given is None else {"reason_code": None, **given}


def _shown(shown: Mapping[str, Any], offered_at: datetime, principal: Principal) -> dict[str, Any]:
    """An offer is made of a decided need only, whatever the round that proposed the match knew of it."""
    flags = flags_now(shown["flags"], NeedState.DECIDED)
    return {**shown, "flags": flags_shown(flags, offered_at, principal)}


def flags_shown(flags: Sequence[str], on: datetime, principal: Principal) -> list[str]:
    """Return the flags that this client may know of, under the support policy of that day."""
    if principal.org.kind not in PARTIES:
        return list(flags)
    fit = support_policy(on.date()).flags_for_parties
    return [flag for flag in flags if flag in fit]
