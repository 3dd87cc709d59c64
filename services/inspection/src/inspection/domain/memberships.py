"""A school's time in trusts, put together from files that each show one day.

Such files do not tell when a school joined or left: the first file that shows it is the earliest date known, and the
academy's open date stands for joining where it is the first trust known. Both are marked `assumed`. The register's
history of memberships tells the days themselves, and takes the place of what was assumed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Stay:
    """A stay in a trust: `joined_on <= day < left_on`; `first_seen_on` is the date of the first file that shows it.

    One that is not `assumed` has its day of joining from the register, and is seen from that day on.
    """

    trust_uid: str
    joined_on: date
    first_seen_on: date
    left_on: date | None = None
    assumed: bool = True


def observe(stays: Sequence[Stay], day: date, trust_uid: str | None, open_date: date | None) -> list[Stay]:
    """Return the stays, in order, after a file of `day` showed the school in this trust, or in none (None).

    Files may come in any order. One that contradicts what an earlier and a later file together say is not believed.
    """
    begun, announced = _begun(stays, stays, day)
    ordered = sorted(begun, key=lambda stay: stay.first_seen_on)
    before = [stay for stay in ordered if stay.first_seen_on <= day]
    after = [stay for stay in ordered if stay.first_seen_on > day]
    told = _older(before, after, day, trust_uid) if after else _newest(before, day, trust_uid)
    dated = [
        replace(stay, joined_on=_joined(stay, open_date if place == 0 else None)) if stay.assumed else stay
        for place, stay in enumerate(told)
    ]
    return _followed(dated, announced)


def _begun(told: Sequence[Stay], known: Sequence[Stay], day: date) -> tuple[list[Stay], list[Stay]]:
    """Return the stays that are told to have begun by now, and those that the register announces for later.

    Now is `day`, or that of the newest file that shows where the school is. What is announced has not ended anything.
    """
    now = max([day, *(stay.first_seen_on for stay in known if stay.assumed)])
    announced = [stay for stay in told if not stay.assumed and stay.joined_on > now]
    begun = [stay for stay in told if stay not in announced]
    if begun and announced and begun[-1].left_on == announced[0].joined_on:
        begun[-1] = replace(begun[-1], left_on=None)
    return begun, announced


def _followed(begun: list[Stay], announced: Sequence[Stay]) -> list[Stay]:
    """Return the stays followed by those that are announced: the last one holds until the first of these begins."""
    if begun and announced and begun[-1].left_on is None:
        begun = [*begun[:-1], replace(begun[-1], left_on=announced[0].joined_on)]
    return [*begun, *announced]


def in_turn(official: Iterable[Stay]) -> list[Stay]:
    """Return stays in order, one at a time: each ends, at the latest, when the next one begins.

    Of those that begin on the same day the one that lasts longest counts.
    """
    by_day: dict[date, Stay] = {}
    for stay in sorted(official, key=lambda stay: (stay.left_on is None, stay.left_on, stay.trust_uid)):
        by_day[stay.joined_on] = stay
    ordered = [by_day[day] for day in sorted(by_day)]
    ends = [following.joined_on for following in ordered[1:]]
    return [
        stay if stay.left_on is not None and stay.left_on <= ends_by else replace(stay, left_on=ends_by)
        for stay, ends_by in zip(ordered, ends, strict=False)
    ] + ordered[-1:]


def settle(stays: Sequence[Stay], official: Sequence[Stay], day: date) -> list[Stay]:
    """Return the stays, in order, after the register of `day` told those of `official`, which come in turn.

    What other files showed stands where the register tells nothing: before its first stay, after the last one that it
    tells the end of, and from files newer than `day`.
    """
    if not official:
        return list(stays)
    begun, announced = _begun(official, stays, day)
    if not begun:
        return _followed([stay for stay in stays if stay.assumed], announced)
    return _followed(_settled(stays, begun, day), announced)


def _settled(stays: Sequence[Stay], official: Sequence[Stay], day: date) -> list[Stay]:
    first, last = official[0], official[-1]
    shown = sorted((stay for stay in stays if stay.assumed), key=lambda stay: stay.first_seen_on)
    before = [stay for stay in shown if stay.first_seen_on < first.joined_on]
    if before and (before[-1].left_on is None or before[-1].left_on > first.joined_on):
        before[-1] = replace(before[-1], left_on=first.joined_on)
    since = last.left_on if last.left_on is not None else max(day, last.joined_on) + timedelta(days=1)
    after = [
        replace(stay, joined_on=max(stay.joined_on, stay.first_seen_on if stay.joined_on < since else since))
        for stay in shown
        if stay.first_seen_on >= since
    ]
    if last.left_on is None and after:
        same = after[0].trust_uid == last.trust_uid
        last = replace(last, left_on=after[0].left_on if same else after[0].first_seen_on)
        after = after[1:] if same else after
    return [*before, *official[:-1], last, *after]


def end(stays: Sequence[Stay], closed_on: date) -> list[Stay]:
    """Return the stays, in order, of a school that closed on this day: it left then, though a file showed it later."""
    begun, _ = _begun(stays, stays, closed_on)
    ordered = sorted(begun, key=lambda stay: stay.first_seen_on)
    if not ordered or ordered[-1].left_on is not None:
        return ordered
    last = ordered[-1]
    return [*ordered[:-1], replace(last, left_on=max(closed_on, last.first_seen_on + timedelta(days=1)))]


def _newest(stays: list[Stay], day: date, trust_uid: str | None) -> list[Stay]:
    """Apply what the newest file shows."""
    last = stays[-1] if stays else None
    to_end = last is not None and not last.assumed and last.left_on is not None and last.left_on > day
    current = last if last is not None and (last.left_on is None or to_end) else None
    if current is not None and current.trust_uid == trust_uid:
        return stays
    if current is not None:
        stays = stays[:-1] if current.first_seen_on == day else [*stays[:-1], replace(current, left_on=day)]
    if trust_uid is None:
        return stays
    # one that another file of the same day showed as ended begins anew: a school has one stay from a day on
    return [*(stay for stay in stays if stay.first_seen_on < day), Stay(trust_uid, day, day)]


def _older(before: list[Stay], after: list[Stay], day: date, trust_uid: str | None) -> list[Stay]:
    """Apply what a file older than the known ones shows: it only fills gaps."""
    in_a_stay = bool(before) and (before[-1].left_on is None or day < before[-1].left_on)
    if in_a_stay or trust_uid is None:
        return [*before, *after]
    following = after[0]
    if following.trust_uid == trust_uid:
        return [*before, replace(following, first_seen_on=day), *after[1:]]
    return [*before, Stay(trust_uid, day, day, following.first_seen_on), *after]


def _joined(stay: Stay, open_date: date | None) -> date:
    return open_date if open_date is not None and open_date <= stay.first_seen_on else stay.first_seen_on


def before_joining(starts_on: date, joined_on: date | None) -> bool | None:
    """Tell whether an inspection began before the school joined its trust; None where nobody knows when it joined."""
    return None if joined_on is None else starts_on < joined_on
