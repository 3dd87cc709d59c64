"""Which stay in a trust holds on a day, and where the history of stays and the register disagree on it."""

# ruff: noqa: S608 - statements are put together from fixed fragments; every value is bound

from typing import Final

HELD: Final = "m.joined_on <= {day} AND (m.left_on IS NULL OR m.left_on > {day})"
"""The condition that the stay `m` held on a day: one that is to begin does not yet, one that is to end still does."""
HELD_NOW: Final = HELD.format(day="current_date")


def before_joining(inspection: str, stay: str, urn: str) -> str:
    """Return whether an inspection began before a school's `stay` in a trust; null without a stay.

    One of a former URN that was in the same trust then is none from before.
    """
    held = HELD.replace("m.", "former.").format(day=f"{inspection}.starts_on")
    return f"""CASE WHEN {stay}.trust_uid IS NOT NULL THEN {inspection}.starts_on < {stay}.joined_on AND NOT EXISTS (
        SELECT FROM memberships former
        WHERE former.urn = coalesce({inspection}.urn_at_inspection, {inspection}.urn) AND former.urn <> {urn}
            AND former.trust_uid = {stay}.trust_uid AND {held}) END"""


_OTHERWISE: Final = f"""
schools s
JOIN LATERAL (
    SELECT begun.*
    FROM memberships begun
    WHERE begun.urn = s.urn AND begun.joined_on <= {{day}}
    ORDER BY begun.joined_on DESC, begun.first_seen_on DESC
    LIMIT 1) m ON NOT m.assumed
CROSS JOIN LATERAL (SELECT CASE WHEN {HELD} THEN m.trust_uid END AS uid) told"""

_DISAGREE: Final = """s.status <> 'closed' AND told.uid IS DISTINCT FROM s.trust_uid
    AND (s.trust_uid IS NOT NULL OR s.rb_kind <> 'trust')"""


def told_otherwise(day: str) -> tuple[str, str]:
    """Return tables and condition of schools `s` of which the register names another trust than their history does.

    `m` is the stay that the history (`gias-memberships`) told last by that day, `told.uid` the trust it was in then.
    Of an academy the register may name no trust at all: that is no disagreement.
    """
    return _OTHERWISE.format(day=day), _DISAGREE
