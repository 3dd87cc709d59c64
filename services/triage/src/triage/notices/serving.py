"""Telling those concerned, a step at a time; the time to speak begins when the last of them knows."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from shared.events.outbox import NewEvent
from triage.domain.calendar import SchoolCalendar

Recipient = dict[str, Any]

NOTICE_SERVED = "triage.notice.served"


def recipients_of(
    steps: Sequence[Sequence[str]], orgs: Mapping[str, str | None], *, at_once: bool = False
) -> list[Recipient]:
    """Everybody to be told, nobody yet. `at_once` puts all of them into one step."""
    return [
        {"party": party, "org": orgs[party], "step": 1 if at_once else number, "told_on": None}
        for number, step in enumerate(steps, 1)
        for party in step
    ]


def tell_next(recipients: Sequence[Mapping[str, Any]], on: date) -> list[Recipient]:
    """The recipients once those of the next step have been told."""
    waiting = [each["step"] for each in recipients if each["told_on"] is None]
    step = min(waiting, default=None)
    return [{**each, "told_on": on.isoformat()} if each["step"] == step else dict(each) for each in recipients]


def told_orgs(recipients: Sequence[Mapping[str, Any]]) -> list[str]:
    """The organisations that have been told, which see the notice from then on."""
    return [each["org"] for each in recipients if each["told_on"] is not None and each["org"] is not None]


def times(
    recipients: Sequence[Mapping[str, Any]],
    counted_by: tuple[SchoolCalendar, int | None],
    on: date,
    *,
    school_days: int,
    decide_in: int,
) -> dict[str, Any]:
    """The dates of a notice, by a calendar and its version of the term dates: known once everybody has been told."""
    if any(each["told_on"] is None for each in recipients):
        return {
            "served_on": None,
            "representations_until": None,
            "decide_by": None,
            "not_counted": [],
            "calendar_complete": None,
            "term_dates_version": None,
        }
    calendar, version = counted_by
    until = calendar.after(on, school_days)
    return {
        "served_on": on,
        "representations_until": until.on,
        "decide_by": calendar.after(until.on, decide_in).on,
        "not_counted": list(until.not_counted),
        "calendar_complete": until.complete,
        "term_dates_version": version,
    }


def served_event(notice: Mapping[str, Any], told: Sequence[Mapping[str, Any]], on: date) -> NewEvent:
    """The event that tells who was told on a day."""
    until = notice["representations_until"]
    data = {
        "notice_id": str(notice["id"]),
        "urn": notice["urn"],
        "scheme": notice["scheme"],
        "assessment_id": str(notice["assessment_id"]),
        "kind": notice["kind"],
        "tier": notice["tier"],
        "urgent": notice["urgent"],
        "told": [each["party"] for each in told if each["told_on"] == on.isoformat()],
        "representations_until": until.isoformat() if until else None,
    }
    return NewEvent(NOTICE_SERVED, str(notice["urn"]), data)
