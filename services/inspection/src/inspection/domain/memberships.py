"""A school's time in trusts, put together from files that each show one day.

Such files do not tell when a school joined or left: the first file that shows it is the earliest date known, and the
academy's open date stands for joining where it is the first trust known. Both are marked `assumed`. What a file showed
holds until the day of the next one that showed the school, in whatever order they come. The register's history of
memberships tells the days themselves, and takes the place of what was assumed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import NamedTuple


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


class Sighting(NamedTuple):
    """The trust that a file of a day showed a school in, or None for none."""

    day: date
    trust_uid: str | None


def observe(stays: Sequence[Stay], seen: Sighting, open_date: date | None) -> list[Stay]:
    """Return the stays, in order, after a file that is newer than all before it showed the school.

    That one names no trust ends no stay that the register tells: single-academy trusts have no UID in such files.
    """
    begun, announced = _begun(stays, max([seen.day, *(stay.first_seen_on for stay in stays if stay.assumed)]))
    told = _newest(begun, seen)
    dated = [
        replace(stay, joined_on=_joined(stay, open_date if place == 0 else None)) if stay.assumed else stay
        for place, stay in enumerate(told)
    ]
    return _followed(dated, announced)


def _begun(told: Sequence[Stay], now: date) -> tuple[list[Stay], list[Stay]]:
    """Return the stays that are told to have begun by now, and those that the register announces for later.

    What is announced has not ended anything.
    """
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


def sightings_of(stays: Sequence[Stay]) -> list[Sighting]:
    """Return what files showed, as far as the stays that are assumed tell."""
    shown = [Sighting(stay.first_seen_on, stay.trust_uid) for stay in stays if stay.assumed]
    begun = {stay.first_seen_on for stay in stays}
    left = {stay.left_on for stay in stays if stay.assumed and stay.left_on is not None}
    return sorted([*shown, *(Sighting(day, None) for day in left - begun)])


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


def since(official: Sequence[Stay], day: date) -> date:
    """Return from which day on what files show counts beside what the register of `day` told."""
    begun, _ = _begun(official, day)
    if not begun:
        return date.min
    return min(begun[-1].left_on or date.max, max(day, begun[-1].joined_on)) + timedelta(days=1)


def settle(
    sightings: Iterable[Sighting], official: Sequence[Stay], day: date, open_date: date | None = None
) -> list[Stay]:
    """Return the stays, in order, that files showed (oldest first), and the register of `day` told (in turn).

    What files showed stands where the register tells nothing: before its first stay, after the last one that it tells
    the end of, and from files newer than `day`.
    """
    stays: list[Stay] = []
    seen = list(sightings)
    begun, announced = _begun(official, max([day, *(each.day for each in seen)]))
    if begun:
        begins = begun[0].joined_on
        for each in seen:
            stays = observe(stays, each, open_date) if each.day < begins else stays
        if stays and (stays[-1].left_on is None or stays[-1].left_on > begins):
            stays[-1] = replace(stays[-1], left_on=begins)
        stays.extend(begun)
        counting = since(begun, day) if begun[-1].joined_on <= day else begun[-1].joined_on + timedelta(days=1)
        seen = [each for each in seen if each.day >= counting]
    for each in seen:
        stays = observe(stays, each, open_date)
    return _followed(stays, announced)


def shown_before(sightings: Sequence[Sighting], closed_on: date) -> list[Sighting]:
    """Return what files showed before a school closed, or, where none did before, what they showed at all."""
    return [each for each in sightings if each.day < closed_on] or list(sightings)


def end(stays: Sequence[Stay], closed_on: date) -> list[Stay]:
    """Return the stays, in order, of a school that closed on this day: it left then, though a file showed it later."""
    begun, _ = _begun(stays, max([closed_on, *(stay.first_seen_on for stay in stays if stay.assumed)]))
    ordered = sorted(begun, key=lambda stay: stay.first_seen_on)
    if not ordered or ordered[-1].left_on is not None:
        return ordered
    last = ordered[-1]
    return [*ordered[:-1], replace(last, left_on=max(closed_on, last.first_seen_on + timedelta(days=1)))]


def _newest(stays: list[Stay], seen: Sighting) -> list[Stay]:
    day, trust_uid = seen
    last = stays[-1] if stays else None
    to_end = last is not None and not last.assumed and last.left_on is not None and last.left_on > day
    current = last if last is not None and (last.left_on is None or to_end) else None
    if current is not None and (current.trust_uid == trust_uid or (trust_uid is None and not current.assumed)):
        return stays
    if current is not None:
        stays = stays[:-1] if current.first_seen_on == day else [*stays[:-1], replace(current, left_on=day)]
    if trust_uid is None:
        return stays
    # one that another file of the same day showed as ended begins anew: a school has one stay from a day on
    return [*(stay for stay in stays if stay.first_seen_on < day), Stay(trust_uid, day, day)]


def _joined(stay: Stay, open_date: date | None) -> date:
    return open_date if open_date is not None and open_date <= stay.first_seen_on else stay.first_seen_on
