"""Who gets what out of a round: by region, phase and deprivation, from how far, and from whom."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, quantiles

TENTHS = 10
PLACES = 4


@dataclass(frozen=True, slots=True)
class Direct:
    """An approved offer that no round had proposed: the next best on request, or a further leader of an episode."""

    leader_id: str
    leader_region: str | None
    days: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one need, or one part of it, got. Leader's fields, suitability and kilometres are None where it was nobody.

    `direct` is what the need got without a round, told with one of its parts. Parts of one need have its `need_id`.
    """

    region: str | None
    phase: str | None
    idaci_quintile: int | None
    days: float
    leader_id: str | None = None
    leader_region: str | None = None
    employer: str | None = None
    suitability: int | None = None
    km: float | None = None
    broker_colleague: bool = False
    direct: tuple[Direct, ...] = ()
    need_id: str | None = None

    @property
    def out_of_region(self) -> bool:
        """Whether leader and school are known to be of different regions."""
        return None not in {self.region, self.leader_region} and self.region != self.leader_region


@dataclass(frozen=True, slots=True)
class Served:
    """How many needs there are, how many have a leader for all that they ask, and how many for one part of two."""

    needs: int
    matched: int
    half_matched: int


@dataclass(frozen=True, slots=True)
class Group:
    """Needs alike in one thing; `value` None: it is not known of them. `..without_round` is beside the round's own."""

    value: str | None
    needs: int
    matched: int
    half_matched: int
    share_matched: float
    days_asked: float
    days_given: float
    without_round: int
    days_without_round: float
    mean_suitability: float | None
    median_km: float | None
    out_of_region: int


@dataclass(frozen=True, slots=True)
class Band:
    """Matches whose distance is from one figure up to, but not including, the next; None: without an end."""

    from_km: float
    to_km: float | None
    matches: int


@dataclass(frozen=True, slots=True)
class Distances:
    """How far leaders come. Figures are of the matches whose distance is known."""

    bands: list[Band]
    unknown: int
    median_km: float | None
    ninth_decile_km: float | None
    longest_km: float | None


@dataclass(frozen=True, slots=True)
class Supporters:
    """Whom the round sends. `with_fellow`: those whose employer has another supporter in the round."""

    supporters: int
    with_fellow: int
    share_with_fellow: float | None
    colleagues_of_the_broker: int
    most_schools: int


@dataclass(frozen=True, slots=True)
class WithoutRound:
    """What approved offers that no round had proposed give; `unmatched_needs`: of needs that the round left alone."""

    needs: int
    unmatched_needs: int
    days: float
    supporters: int
    out_of_region: int


def groups(outcomes: Sequence[Outcome], name: str) -> list[Group]:
    """Return the groups of one field of the outcomes, in their order, the unknown last."""
    found: dict[str | None, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        value = getattr(outcome, name)
        found[None if value is None else str(value)].append(outcome)
    return [_group(value, found[value]) for value in sorted(found, key=lambda value: (value is None, value or ""))]


def by_need(outcomes: Sequence[Outcome]) -> list[list[Outcome]]:
    """Return the outcomes of each need together; one without a `need_id` is a need of its own."""
    found: dict[str | int, list[Outcome]] = defaultdict(list)
    for number, outcome in enumerate(outcomes):
        found[number if outcome.need_id is None else outcome.need_id].append(outcome)
    return list(found.values())


def served(outcomes: Sequence[Outcome]) -> Served:
    """Count needs: those with a leader for every part, and for some."""
    needs = by_need(outcomes)
    matched = sum(all(part.leader_id is not None for part in parts) for parts in needs)
    some = sum(any(part.leader_id is not None for part in parts) for parts in needs)
    return Served(len(needs), matched, some - matched)


def distances(outcomes: Sequence[Outcome], edges: Sequence[float]) -> Distances:
    """Return the distribution of distances over bands that begin at 0 and end at each edge."""
    matched = [outcome for outcome in outcomes if outcome.leader_id is not None]
    known = sorted(outcome.km for outcome in matched if outcome.km is not None)
    starts, ends = [0.0, *edges], [*edges, None]
    bands = [
        Band(start, end, sum(start <= km and (end is None or km < end) for km in known))
        for start, end in zip(starts, ends, strict=True)
    ]
    return Distances(
        bands=bands,
        unknown=len(matched) - len(known),
        median_km=_rounded(median(known)) if known else None,
        ninth_decile_km=_rounded(quantiles(known, n=TENTHS, method="inclusive")[-1]) if len(known) > 1 else None,
        longest_km=known[-1] if known else None,
    )


def supporters(outcomes: Sequence[Outcome]) -> Supporters:
    """Return who comes, and how many of them have a fellow of the same employer among the others."""
    matched = [outcome for outcome in outcomes if outcome.leader_id is not None]
    schools = Counter(outcome.leader_id for outcome in matched)
    employers = {outcome.leader_id: outcome.employer for outcome in matched}
    of_employer = Counter(employer for employer in employers.values() if employer is not None)
    with_fellow = sum(of_employer[employer] > 1 for employer in employers.values() if employer is not None)
    colleagues = {outcome.leader_id for outcome in matched if outcome.broker_colleague}
    share = round(with_fellow / len(employers), PLACES) if employers else None
    return Supporters(len(employers), with_fellow, share, len(colleagues), max(schools.values(), default=0))


def without_round(outcomes: Sequence[Outcome]) -> WithoutRound:
    """Return what the round's needs got beside it, by approved offers that no round had proposed."""
    offers = [(outcome, offer) for outcome in outcomes for offer in outcome.direct]
    crossing = [
        offer for outcome, offer in offers if None not in {outcome.region, offer.leader_region}
        and outcome.region != offer.leader_region
    ]  # fmt: skip
    return WithoutRound(
        needs=sum(bool(outcome.direct) for outcome in outcomes),
        unmatched_needs=sum(
            any(part.direct for part in parts) and all(part.leader_id is None for part in parts)
            for parts in by_need(outcomes)
        ),
        days=sum(offer.days for _, offer in offers),
        supporters=len({offer.leader_id for _, offer in offers}),
        out_of_region=len(crossing),
    )


def _group(value: str | None, outcomes: Sequence[Outcome]) -> Group:
    matched = [outcome for outcome in outcomes if outcome.leader_id is not None]
    scores = [outcome.suitability for outcome in matched if outcome.suitability is not None]
    known = [outcome.km for outcome in matched if outcome.km is not None]
    needs = served(outcomes)
    return Group(
        value=value,
        needs=needs.needs,
        matched=needs.matched,
        half_matched=needs.half_matched,
        share_matched=round(needs.matched / needs.needs, PLACES),
        days_asked=sum(outcome.days for outcome in outcomes),
        days_given=sum(outcome.days for outcome in matched),
        without_round=sum(bool(outcome.direct) for outcome in outcomes),
        days_without_round=sum(offer.days for outcome in outcomes for offer in outcome.direct),
        mean_suitability=_rounded(sum(scores) / len(scores)) if scores else None,
        median_km=_rounded(median(known)) if known else None,
        out_of_region=sum(outcome.out_of_region for outcome in matched),
    )


def _rounded(value: float) -> float:
    return round(value, 1)
