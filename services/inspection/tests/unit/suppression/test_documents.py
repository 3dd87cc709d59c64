"""Whole documents of progress data, attacked: what is shown of any school tells no number of 1 to 5 pupils."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from inspection.progress.shown import shown

FEW = range(1, 6)


def measure(code: str, value: float, cohort: int | None = None) -> dict[str, Any]:
    return {"code": code, "value": value, "cohort": cohort, "status": "value"}


@st.composite
def schools(draw: st.DrawFn) -> list[dict[str, Any]]:
    """All figures of a school of up to 60 pupils, that can be true together."""
    roll = draw(st.integers(1, 60))
    cohort = draw(st.integers(1, roll))
    atoms = [draw(st.integers(0, cohort)) for _ in range(2)]
    below, above = min(atoms), cohort - max(atoms)
    expected = draw(st.integers(0, cohort))
    higher = draw(st.integers(0, expected))
    return [
        measure("pupils_on_roll", roll),
        measure("fsm_eligible", draw(st.integers(0, roll))),
        measure("attendance", 94.2, cohort),
        measure("persistent_absence", round(100 * draw(st.integers(0, roll)) / roll, 1), roll),
        measure("attainment_expected", round(100 * expected / cohort, 1), cohort),
        measure("attainment_higher", round(100 * higher / cohort, 1), cohort),
        measure("progress_below", below, cohort),
        measure("progress_expected", cohort - below - above, cohort),
        measure("progress_above", above, cohort),
    ]


def counts(document: list[dict[str, Any]]) -> dict[str, int | None]:
    """Return the number of pupils that each figure shown stands for, as anybody can reckon it."""
    by_code = {each["code"]: each for each in document}
    roll = by_code["pupils_on_roll"]["value"]
    found: dict[str, int | None] = {}
    for code, each in by_code.items():
        if each["value"] is None or code in {"attendance", "pupils_on_roll"}:
            found[code] = None
        elif code.startswith(("fsm", "progress")):
            found[code] = int(each["value"])
        else:
            whole = each["cohort"] if each["cohort"] is not None else roll
            found[code] = None if whole is None else round(each["value"] * whole / 100)
    return found


def told(document: list[dict[str, Any]]) -> list[int]:
    """Return every number of pupils that follows from what is shown: figures, what is left over, and differences."""
    by_code = {each["code"]: each for each in document}
    number, roll = counts(document), by_code["pupils_on_roll"]["value"]
    cohort = by_code["attendance"]["cohort"]
    found = [value for value in (*number.values(), roll, cohort) if value is not None]
    if roll is not None:
        found += [
            roll - value
            for value in (number["fsm_eligible"], number["persistent_absence"], cohort)
            if value is not None
        ]
    whole = by_code["attainment_expected"]["cohort"]
    chain = [whole, number["attainment_expected"], number["attainment_higher"]]
    known = [value for value in chain if value is not None]
    found += [outer - inner for place, outer in enumerate(known) for inner in known[place + 1 :]]
    parts = [number[f"progress_{name}"] for name in ("below", "expected", "above")]
    if whole is not None:
        found.append(whole - sum(value for value in parts if value is not None))
    return [int(value) for value in found]


class TestNothingThatFollowsIsAFew:
    @settings(max_examples=400, deadline=None)
    @given(schools())
    def test_in_one_version(self, supplied: list[dict[str, Any]]) -> None:
        assert not set(told(shown([supplied]))) & set(FEW), shown([supplied])

    @settings(max_examples=300, deadline=None)
    @given(schools(), st.data())
    def test_in_a_later_version_and_how_it_changed(self, first: list[dict[str, Any]], data: st.DataObject) -> None:
        """The second version has some other number of pupils eligible for free meals, and nothing else changed."""
        roll = int(first[0]["value"])
        second = [*first[:1], measure("fsm_eligible", data.draw(st.integers(0, roll))), *first[2:]]
        before, after = shown([first]), shown([first, second])
        assert not set(told(after)) & set(FEW), after
        then, now = counts(before)["fsm_eligible"], counts(after)["fsm_eligible"]
        assert then is None or now is None or abs(now - then) not in FEW
        assert {each["code"] for each in before if each["status"] == "suppressed"} <= {
            each["code"] for each in after if each["status"] == "suppressed"
        }
