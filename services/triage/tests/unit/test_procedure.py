"""Orders of notices, kinds of notice, what blocks a decision, and what is taken out before publication."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from triage.domain.procedure import Hearing, blocks, kind_of_notice, order_of_notices
from triage.procedure.documents import PROCEDURE, newest

DOCUMENT = newest(PROCEDURE)
UNTIL = date(2026, 12, 18)
HEARING = Hearing(
    "enhanced_support", UNTIL, frozenset({"school", "responsible_body"}), frozenset({"school"}), "trust:5143"
)


def codes(hearing: Hearing | None, **changes: Any) -> list[str]:
    asked = {"tier": "enhanced_support", "body_org": "trust:5143", "on": UNTIL, **changes}
    return [each.code for each in blocks(DOCUMENT, hearing, **asked)]


class TestOrders:
    @pytest.mark.parametrize(
        ("character", "order", "first"),
        [
            ("Roman Catholic", "catholic", ["religious_authority"]),
            ("Church of England/Roman Catholic", "catholic", ["religious_authority"]),
            ("Church of England", "other_faith", ["religious_authority", "responsible_body", "school"]),
            ("Muslim", "other_faith", ["religious_authority", "responsible_body", "school"]),
            ("Does not apply", "no_religious_character", ["responsible_body", "school"]),
            (None, "no_religious_character", ["responsible_body", "school"]),
            (" ", "no_religious_character", ["responsible_body", "school"]),
        ],
    )
    def test_who_is_told_first(self, character: str | None, order: str, first: list[str]) -> None:
        code, steps = order_of_notices(DOCUMENT, character)
        assert (code, list(steps[0])) == (order, first)
        assert {"school", "responsible_body"} <= {party for step in steps for party in step}


class TestKinds:
    @pytest.mark.parametrize(
        ("tier", "body", "kind"),
        [
            ("immediate_action", "trust", "termination_warning_notice"),
            ("immediate_action", "local_authority", "notice_to_enter_into_arrangements"),
            ("immediate_action", "other", "notice_of_proposal"),
            ("enhanced_support", "trust", "notice_of_proposal"),
        ],
    )
    def test_follow_from_tier_and_body(self, tier: str, body: str, kind: str) -> None:
        assert kind_of_notice(DOCUMENT, tier, body)["code"] == kind


class TestBlocks:
    def test_without_a_notice(self) -> None:
        assert codes(None) == ["no_notice"]

    def test_while_the_time_is_open(self) -> None:
        assert codes(HEARING) == ["representations_open"]
        assert codes(HEARING, on=date(2026, 12, 19)) == []

    def test_not_once_all_have_spoken(self) -> None:
        both = replace(HEARING, heard=frozenset({"school", "responsible_body"}))
        assert codes(both) == []

    def test_a_body_that_the_sources_do_not_name_has_its_time(self) -> None:
        assert codes(replace(HEARING, parties=frozenset({"school"}))) == ["representations_open"]

    def test_before_everybody_is_told(self) -> None:
        assert codes(replace(HEARING, until=None)) == ["notice_not_served"]

    def test_all_of_them_are_named(self) -> None:
        found = codes(replace(HEARING, until=None), tier="immediate_action", body_org="trust:1")
        assert found == ["responsible_body_changed", "beyond_the_notice", "notice_not_served"]

    def test_less_than_the_notice_spoke_of_is_no_block(self) -> None:
        assert codes(HEARING, tier="school_led_development", on=date(2026, 12, 19)) == []
