"""Grades in force hang on the inspections, not on the order in which they come."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from inspection.domain.judged_again import follows, in_force, own_judgements, restored

AREAS = ("inclusion", "achievement", "early_years")
DAYS = [f"2026-03-{day:02}" for day in range(1, 6)]


def area(code: str, grade: str, judged_on: str | None = None) -> dict[str, Any]:
    return {"area": code, "grade": grade, "grade_reason": None, "judged_on": judged_on, "narrative": None}


OWN = {
    "id": "0",
    "number": "1",
    "starts_on": DAYS[0],
    "safeguarding": "met",
    "safeguarding_judged_on": None,
    "areas": [area("inclusion", "expected_standard"), area("achievement", "needs_attention")],
}


@st.composite
def again(draw: st.DrawFn) -> dict[str, Any]:
    starts_on = draw(st.sampled_from(DAYS))
    later = st.none() | st.sampled_from([day for day in DAYS if day >= starts_on])
    codes = draw(st.lists(st.sampled_from([*AREAS, "quality_of_education"]), unique=True))
    return {
        "id": draw(st.uuids()),
        "number": draw(st.none() | st.sampled_from(["2", "3"])),
        "starts_on": starts_on,
        "safeguarding": draw(st.sampled_from([None, "met", "not_met"])),
        "safeguarding_judged_on": draw(later),
        "areas": [
            area(code, draw(st.sampled_from(["exceptional", "urgent_improvement"])), draw(later)) for code in codes
        ],
    }


MANY = st.lists(again(), max_size=5, unique_by=lambda each: each["id"])


@given(MANY, st.randoms(use_true_random=False))
def test_the_order_does_not_matter(those: list[dict[str, Any]], random: Any) -> None:
    other = [*those]
    random.shuffle(other)
    one, two = in_force(OWN, those, AREAS), in_force(OWN, other, AREAS)
    assert {each["area"]: each for each in one.pop("areas")} == {each["area"]: each for each in two.pop("areas")}
    assert one == two


@given(MANY)
def test_what_it_judged_itself_is_found_again(those: list[dict[str, Any]]) -> None:
    after = in_force(OWN, those, AREAS)
    assert restored(after, own_judgements(OWN, after)) == OWN
    assert {each["area"] for each in after["areas"]} <= set(AREAS)


@given(MANY)
def test_each_judgement_in_force_is_the_latest_made(those: list[dict[str, Any]]) -> None:
    for held in in_force(OWN, those, AREAS)["areas"]:
        made = [
            each["judged_on"] or other["starts_on"]
            for other in those
            for each in other["areas"]
            if each["area"] == held["area"]
        ]
        assert (held["judged_on"] or DAYS[0]) >= max(made, default=DAYS[0])


def test_a_monitoring_inspection_follows_the_latest_that_had_begun() -> None:
    graded = [{"id": place, "starts_on": day} for place, day in enumerate(DAYS)]
    assert follows({"starts_on": DAYS[2]}, graded) == graded[2]
    assert follows({"starts_on": "2026-02-28"}, graded) is None
