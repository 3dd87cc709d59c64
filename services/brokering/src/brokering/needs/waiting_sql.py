"""What of a need still waits for a leader: the whole of it, or one part of split support beside the other.

Days that an offer holds or an episode has had wait for nobody. A need that no offer stands on waits for what it asks,
as far as the cap leaves it; beside one part that is offered or in support the other part waits for the rest.
"""

# ruff: noqa: S608 - put together from the codes of our own tables of states

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from brokering.domain import episode_states, offer_states
from brokering.domain.values import LeaderRole, NeedState


def _listed(codes: Iterable[str]) -> str:
    return ", ".join(f"'{code}'" for code in codes)


_FREE: Final = _listed([NeedState.PROVISIONAL, NeedState.DECIDED])
_HELD: Final = _listed([NeedState.UNDER_OFFER, NeedState.IN_SUPPORT])
_STANDS: Final = f"""
    offer.need_id = need.id AND (offer.state IN ({_listed(offer_states.OPEN_STATES)}) OR offer.state = 'approved'
        AND EXISTS (SELECT FROM episodes AS episode
            WHERE (episode.offer_id = offer.id OR episode.id = offer.joins_episode_id)
                AND episode.state IN ({_listed(episode_states.OPEN_STATES)})))
"""
WAITING: Final = f"""
    SELECT need.id AS need_id, share.part, share.half_days
    FROM needs AS need LEFT JOIN need_accounts AS account ON account.need_id = need.id
    CROSS JOIN LATERAL (SELECT
        least(need.days * 2, account.cap_half_days)::int AS asked,
        coalesce(account.cap_half_days - account.offered_half_days - account.reserved_half_days
            - account.used_half_days, need.days * 2)::int AS room
    ) AS days
    CROSS JOIN LATERAL (
        SELECT NULL AS part, least(days.asked, days.room) AS half_days WHERE need.state IN ({_FREE})
        UNION ALL
        SELECT role.part, days.asked - account.offered_half_days - account.reserved_half_days - account.used_half_days
        FROM unnest(ARRAY[{_listed(LeaderRole)}]) AS role (part)
        WHERE need.state IN ({_HELD})
            AND EXISTS (SELECT FROM offers AS offer WHERE {_STANDS} AND offer.part <> role.part)
            AND NOT EXISTS (SELECT FROM offers AS offer WHERE {_STANDS} AND (offer.part = role.part
                OR offer.part IS NULL AND offer.joins_episode_id IS NULL))
    ) AS share
    WHERE share.half_days > 0
"""
"""A statement of (need_id, part, half_days): `part` is the role that alone may take it, null for a whole need."""
