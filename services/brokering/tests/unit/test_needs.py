"""When a school's need begins, is confirmed, and falls away."""

from __future__ import annotations

from brokering.domain.needs import Decided, OpenNeed, Proposed, Wanted, Withdrawal, step, wanted
from brokering.domain.values import NeedState

PROPOSED = Proposed("a1", "enhanced_support", ("achievement",))
DECIDED = Decided("d1", "enhanced_support", "a1", ())


def open_need(state: str = "provisional", origin: str = "proposal", **changes: object) -> OpenNeed:
    values: dict[str, object] = {
        "id": "n",
        "state": state,
        "origin_kind": origin,
        "decision_id": None,
        "assessment_id": "a1",
        "areas": ("achievement",),
        "edited": False,
    }
    return OpenNeed(**{**values, **changes})  # type: ignore[arg-type]  # named above


class TestWanted:
    def test_nothing_said_is_no_need(self) -> None:
        assert isinstance(wanted(None, None), Withdrawal)

    def test_a_decision_wins_over_any_proposal(self) -> None:
        other = Proposed("a2", "school_led_development", ())
        assert wanted(other, DECIDED) == Wanted(NeedState.DECIDED, "decision", "d1", "a1", ())
        against = Decided("d2", "immediate_action", None, ())
        assert wanted(PROPOSED, against) == Withdrawal("The regional director decided immediate action.")

    def test_a_decision_without_areas_takes_those_of_the_assessment(self) -> None:
        target = wanted(PROPOSED, DECIDED)
        assert isinstance(target, Wanted)
        assert target.areas == ("achievement",)


class TestStep:
    def test_nothing_to_do_where_the_need_is_as_it_should_be(self) -> None:
        assert step(open_need(), wanted(PROPOSED, None)) is None

    def test_needs_in_support_are_left_alone(self) -> None:
        for state in ("under_offer", "in_support"):
            assert step(open_need(state), Withdrawal("x")) is None
            assert step(open_need(state), wanted(PROPOSED, DECIDED)) is None

    def test_a_decision_that_no_longer_stands_makes_the_need_provisional_again(self) -> None:
        done = step(open_need("decided", "decision", decision_id="d1"), wanted(PROPOSED, None))
        assert done == Wanted(NeedState.PROVISIONAL, "proposal", None, "a1", ("achievement",))

    def test_a_persons_areas_are_kept(self) -> None:
        done = step(open_need(areas=("inclusion",), edited=True), wanted(PROPOSED, DECIDED))
        assert isinstance(done, Wanted)
        assert (done.state, done.areas) == (NeedState.DECIDED, ("inclusion",))

    def test_a_need_entered_by_hand_is_never_withdrawn(self) -> None:
        assert step(open_need(origin="manual"), Withdrawal("x")) is None
        lapsed = step(open_need("decided", "manual", decision_id="d1"), Withdrawal("x"))
        assert isinstance(lapsed, Wanted)
        assert lapsed.state == NeedState.PROVISIONAL
