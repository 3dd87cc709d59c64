"""The hard rules, one class a rule: what each bars, what it lets be, and what it says."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from services.brokering.tests.factories import LONDON, WINDOW, default_policy, leader, need, treating

from brokering.domain.conflicts import years_before
from brokering.domain.flags import flag_bits, flag_notes
from brokering.domain.matching import Designation, Interest, Leader, Need, OwnConcern
from brokering.domain.matching_policy import ConflictKind, Treatment
from brokering.domain.matching_rules import Barred, barred_by, hard_rules
from brokering.domain.places import Place, distance_km
from brokering.domain.values import body_keys, flags_of

POLICY = default_policy()
DESIGNATED = Designation("designated", date(2020, 9, 1))


def barred(of_need: Need, of_leader: Leader, **policy: Any) -> tuple[Barred, ...]:
    return barred_by(hard_rules(replace(POLICY, **policy), WINDOW), of_need, of_leader)


def codes(of_need: Need, of_leader: Leader, **policy: Any) -> list[str]:
    return [reason.rule for reason in barred(of_need, of_leader, **policy)]


class TestDefaultPolicy:
    def test_is_the_published_one(self) -> None:
        assert POLICY.distance_cap_km == 80
        assert POLICY.default_half_days == 20
        assert POLICY.interest_years == 5
        assert POLICY.conflicts[ConflictKind.OWN_ORGANISATION] == Treatment.FLAG
        assert POLICY.needs_from == "proposed"
        assert sum(POLICY.suitability.weights.values()) == 100

    def test_a_sound_pair_is_barred_by_nothing(self) -> None:
        assert barred(need(), leader()) == ()


class TestTrustLevel:
    def test_takes_no_nle(self) -> None:
        trust = need(subject_kind="trust", subject_id="77", bodies=body_keys("trust", "77", None), phase=None)
        assert codes(trust, leader(role="nle")) == ["trust_level"]
        assert codes(trust, leader(role="trust_ceo")) == []


class TestPhase:
    def test_must_be_among_the_leaders(self) -> None:
        assert codes(need(phase="secondary"), leader()) == ["phase"]
        assert "secondary" in barred(need(phase="secondary"), leader())[0].text

    def test_middle_deemed_primary_is_served_by_primary(self) -> None:
        assert codes(need(phase="middle_deemed_primary"), leader()) == []

    def test_an_unknown_phase_bars_no_one(self) -> None:
        assert codes(need(phase=None), leader()) == []


class TestDistance:
    FAR = Place(52.5, -1.9)

    def test_bars_beyond_the_cap_and_says_how_far(self) -> None:
        reason = barred(need(), leader(place=self.FAR))[0]
        assert reason.rule == "distance"
        assert reason.text == "166.0 km apart in a straight line; the cap is 80 km."

    def test_remote_leaders_are_exempt(self) -> None:
        assert codes(need(), leader(place=self.FAR, remote=True)) == []

    def test_an_unknown_place_stays_and_is_flagged(self) -> None:
        assert codes(need(place=None), leader(place=self.FAR)) == []
        assert "unknown_place" in flags_of(flag_bits(POLICY, WINDOW, need(place=None), leader()))
        assert "unknown_place" not in flags_of(flag_bits(POLICY, WINDOW, need(place=None), leader(remote=True)))

    def test_the_cap_is_a_parameter(self) -> None:
        assert codes(need(), leader(place=self.FAR), distance_cap_km=170.0) == []


class TestSameOrganisation:
    def test_bars_the_leaders_own_trust(self) -> None:
        bodies = body_keys("trust", "5001", None)
        assert codes(need(bodies=bodies), leader(1)) == ["same_organisation"]

    def test_knows_a_local_authority_by_code_or_name(self) -> None:
        of_lambeth = leader(bodies=body_keys("local_authority", "Lambeth", "Lambeth"))
        assert codes(need(bodies=body_keys("local_authority", "208", "Lambeth")), of_lambeth) == ["same_organisation"]
        assert codes(need(bodies=body_keys("local_authority", "209", "Lewisham")), of_lambeth) == []

    def test_a_trust_and_an_authority_with_the_same_number_are_two(self) -> None:
        assert codes(need(bodies=body_keys("local_authority", "5001", None)), leader(1)) == []

    def test_two_single_academies_without_a_trust_id_are_not_the_same(self) -> None:
        nobody = body_keys("trust", None, None)
        assert codes(need(bodies=nobody), leader(bodies=nobody)) == []

    def test_bars_the_leaders_own_school(self) -> None:
        assert codes(need(1), leader(base_urn=100001)) == ["same_organisation"]


class TestDeclaredInterest:
    def test_counts_for_five_years_before_the_window(self) -> None:
        inside = Interest("employment", "school", "100001", ends_on=date(2021, 1, 1))
        before = Interest("employment", "school", "100001", ends_on=date(2020, 12, 31))
        assert codes(need(1), leader(interests=(inside,))) == ["declared_interest"]
        assert codes(need(1), leader(interests=(before,))) == []

    def test_one_that_goes_on_counts(self) -> None:
        assert codes(need(1), leader(interests=(Interest("interest", "school", "100001"),))) == ["declared_interest"]

    def test_a_sponsor_bid_counts_for_ever(self) -> None:
        bid = Interest("sponsor_bid", "school", "100001", ends_on=date(2001, 1, 1))
        assert codes(need(1), leader(interests=(bid,))) == ["declared_interest"]

    def test_an_interest_in_the_responsible_body_counts_and_another_school_does_not(self) -> None:
        in_body = Interest("employment", "local_authority", "201")
        elsewhere = Interest("employment", "school", "100002")
        assert codes(need(1), leader(interests=(in_body,))) == ["declared_interest"]
        assert codes(need(1), leader(interests=(elsewhere,))) == []


class TestDesignation:
    def test_must_hold_through_the_window(self) -> None:
        assert codes(need(), leader(designations=(DESIGNATED,))) == []
        ends = replace(DESIGNATED, valid_to=date(2026, 6, 30))
        begins = replace(DESIGNATED, valid_from=date(2026, 2, 1))
        assert codes(need(), leader(designations=(ends,))) == ["designation"]
        assert codes(need(), leader(designations=(begins,))) == ["designation"]

    def test_in_training_is_not_capacity_now(self) -> None:
        reason = barred(need(), leader(designations=(replace(DESIGNATED, status="in_training"),)))[0]
        assert (reason.rule, "in training" in reason.text) == ("designation", True)

    def test_none_on_the_roster_is_valid_and_flagged(self) -> None:
        assert codes(need(), leader()) == []
        assert "not_declared" in flags_of(flag_bits(POLICY, WINDOW, need(), leader()))
        declared = leader(designations=(DESIGNATED,), remote=False)
        assert "not_declared" not in flags_of(flag_bits(POLICY, WINDOW, need(), declared))


class TestCapacity:
    def test_days_that_are_promised_do_not_count_twice(self) -> None:
        assert codes(need(half_days=20), leader(half_days=40, committed_half_days=20)) == []
        assert codes(need(half_days=20), leader(half_days=40, committed_half_days=21)) == ["days"]

    def test_half_days_are_told_as_such(self) -> None:
        text = barred(need(half_days=20), leader(half_days=13))[0].text
        assert text == "10 days needed; the leader has 6.5 days left."

    def test_at_most_so_many_schools_at_a_time(self) -> None:
        assert codes(need(), leader(max_concurrent=2, open_deployments=2)) == ["max_concurrent"]


class TestOwnOrganisation:
    TROUBLED = leader(own_concerns=(OwnConcern(100900, "Own School", "stuck"),))

    def test_flags_bars_or_passes_as_the_policy_says(self) -> None:
        kind = ConflictKind.OWN_ORGANISATION
        assert codes(need(), self.TROUBLED) == []
        assert codes(need(), self.TROUBLED, conflicts=treating(kind, Treatment.BARRED).conflicts) == [
            "own_organisation"
        ]
        assert codes(need(), self.TROUBLED, conflicts=treating(kind, Treatment.OFF).conflicts) == []

    def test_the_flag_goes_with_the_policy(self) -> None:
        off = treating(ConflictKind.OWN_ORGANISATION, Treatment.OFF)
        assert "own_organisation_in_difficulty" in flags_of(flag_bits(POLICY, WINDOW, need(), self.TROUBLED))
        assert "own_organisation_in_difficulty" not in flags_of(flag_bits(off, WINDOW, need(), self.TROUBLED))


LATELY = Interest("employment", "school", "100001", date(2023, 1, 1))
CONFLICTS = {
    ConflictKind.SPONSOR_BID: leader(interests=(Interest("sponsor_bid", "school", "100001", date(2001, 1, 1)),)),
    ConflictKind.EMPLOYMENT: leader(interests=(LATELY,)),
    ConflictKind.INTEREST: leader(interests=(replace(LATELY, kind="interest"),)),
    ConflictKind.SAME_ORGANISATION: leader(bodies=need().bodies),
    ConflictKind.OWN_ORGANISATION: leader(own_concerns=(OwnConcern(1, "Own School", "SM"),)),
    ConflictKind.BROKER_COLLEAGUE: leader(bodies=frozenset({"other:a-partner"})),
}


class TestConflicts:
    """Every kind is barred, flagged or left alone, as the policy's data say."""

    ASKED_BY = frozenset({"other:a-partner"})

    @pytest.mark.parametrize("kind", list(ConflictKind))
    def test_is_treated_as_the_policy_says(self, kind: ConflictKind) -> None:
        found = []
        for treatment in (Treatment.BARRED, Treatment.FLAG, Treatment.OFF):
            policy = treating(kind, treatment, broker=self.ASKED_BY)
            rules, who = hard_rules(policy, WINDOW), CONFLICTS[kind]
            flags = [flag for flag in flags_of(flag_bits(policy, WINDOW, need(), who)) if flag != "not_declared"]
            notes = flag_notes(flags, policy, WINDOW, need(), who)
            assert all(note.text for note in notes)
            found.append((bool(barred_by(rules, need(), who)), len(notes)))
        assert found == [(True, 1), (False, 1), (False, 0)]

    @pytest.mark.parametrize("kind", list(ConflictKind))
    def test_nobody_else_has_it(self, kind: ConflictKind) -> None:
        policy = treating(kind, Treatment.BARRED, broker=self.ASKED_BY)
        assert barred_by(hard_rules(policy, WINDOW), need(), leader()) == ()


class TestWhatARoundAsksFor:
    def test_one_region_only(self) -> None:
        far = leader(region="South East")
        assert codes(need(), far) == []
        assert codes(need(), far, cross_region=False) == ["region"]
        assert codes(need(), leader(), cross_region=False) == []
        assert codes(need(region=None), far, cross_region=False) == []

    def test_an_excluded_pair(self) -> None:
        excluded = frozenset({("need-1", "leader-1")})
        assert codes(need(1), leader(1), excluded=excluded) == ["excluded_pair"]
        assert codes(need(2), leader(1), excluded=excluded) == []


def test_five_years_before_a_leap_day() -> None:
    assert years_before(date(2024, 2, 29), 5) == date(2019, 2, 28)


def test_distance_is_that_of_the_haversine_formula() -> None:
    one, other = LONDON, Place(53.4808, -2.2426)
    lat, lng = math.radians(other.lat - one.lat), math.radians(other.lng - one.lng)
    across = math.cos(math.radians(one.lat)) * math.cos(math.radians(other.lat)) * math.sin(lng / 2) ** 2
    haversine = 2 * 6371.0 * math.asin(math.sqrt(math.sin(lat / 2) ** 2 + across))
    assert distance_km(one, other) == pytest.approx(haversine, abs=1e-6)
