"""The equity report against figures reckoned by hand."""

from __future__ import annotations

from brokering.domain.equity import Direct, Outcome, distances, groups, supporters, without_round

OUTCOMES = [
    Outcome("London", "primary", 5, 10, "a", "London", "trust:1", 800, 12.0),
    Outcome("London", "primary", 1, 10, "b", "South East", "trust:1", 601, 40.0),
    Outcome("London", "special", None, 4, "b", "South East", "trust:1", 500, None, broker_colleague=True),
    Outcome("North East", "primary", 5, 10),
    Outcome(None, None, 5, 2.5, "c", "London", None, 700, 130.0),
]


def test_groups_count_needs_matches_days_and_crossings() -> None:
    london, north, unknown = groups(OUTCOMES, "region")
    assert (london.value, london.needs, london.matched, london.out_of_region) == ("London", 3, 3, 2)
    assert (london.days_asked, london.days_given, london.mean_suitability, london.median_km) == (24, 24, 633.7, 26.0)
    assert (north.matched, north.share_matched, north.mean_suitability, north.median_km) == (0, 0, None, None)
    assert (unknown.value, unknown.out_of_region) == (None, 0)


def test_every_need_is_in_one_group_of_each_kind() -> None:
    for name in ("region", "phase", "idaci_quintile"):
        assert sum(group.needs for group in groups(OUTCOMES, name)) == len(OUTCOMES)


def test_bands_begin_at_their_edge_and_hold_every_known_distance_once() -> None:
    found = distances(OUTCOMES, [12, 40])
    assert [(band.from_km, band.to_km, band.matches) for band in found.bands] == [
        (0, 12, 0),
        (12, 40, 1),
        (40, None, 2),
    ]
    assert (found.unknown, found.median_km, found.longest_km) == (1, 40, 130)
    assert found.ninth_decile_km == 112


def test_supporters_with_a_fellow_are_counted_by_person() -> None:
    found = supporters(OUTCOMES)
    assert (found.supporters, found.with_fellow, found.share_with_fellow) == (3, 2, 0.6667)
    assert (found.colleagues_of_the_broker, found.most_schools) == (1, 2)


def test_nothing_matched_is_told_without_a_figure_made_up() -> None:
    empty = supporters([Outcome("London", None, None, 10)])
    assert (empty.supporters, empty.share_with_fellow) == (0, None)
    assert distances([], [10]).median_km is None


def test_what_was_offered_without_a_round_is_counted_beside_it() -> None:
    beside = (Direct("c", "London", 5.0), Direct("d", "North West", 2.5))
    outcomes = [Outcome("London", "primary", 5, 10, "a", "London", direct=beside), OUTCOMES[3],
                Outcome("North East", "primary", 5, 10, direct=(Direct("d", None, 4.0),))]  # fmt: skip
    london, north = groups(outcomes, "region")
    assert (london.without_round, london.days_without_round, london.matched) == (1, 7.5, 1)
    assert (north.needs, north.without_round, north.days_without_round, north.matched) == (2, 1, 4.0, 0)
    found = without_round(outcomes)
    assert (found.needs, found.unmatched_needs, found.days) == (2, 1, 11.5)
    assert (found.supporters, found.out_of_region) == (2, 1)
