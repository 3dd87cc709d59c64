"""Terms of a school and its successor, with register files between the versions and shares of either beside both.

Every version is read when it is made and again after each file. The attacker puts all reads of a school together.
"""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from services.inspection.tests.unit.suppression.test_versions import FEW, Read, check_reads, progresses, rolls, version

from inspection.dashboards.figures import Cell
from inspection.progress.shown import Beside, Version, beside_of, shown

SCHOOL, ACADEMY = 990004, 990005
SHARE = "fsm_ever6_percent"


class World:
    """What the register says of a school and its successor, and what was supplied for a term of either."""

    def __init__(self, shares: dict[int, list[Cell]], **roll: int) -> None:
        self.rolls = {SCHOOL: [roll["school"]], ACADEMY: [roll["academy"]]}
        self.shares = shares
        self.versions: dict[int, list[Version]] = {SCHOOL: [], ACADEMY: []}
        self.reads: dict[tuple[int, int], list[Read]] = {}

    def beside(self, urn: int) -> Beside:
        return beside_of(
            urn,
            [
                {
                    "urn": each,
                    "rolls": [*rolls],
                    "shares": [{**cell._asdict(), "told": True} for cell in self.shares.get(each, ())],
                }
                for each, rolls in self.rolls.items()
            ],
        )

    def supply(self, urn: int, measures: list[dict[str, Any]]) -> Read:
        self.versions[urn].append(Version(measures, self.beside(urn)))
        self.read()
        return self.reads[urn, len(self.versions[urn])][-1]

    def register(self, urn: int, roll: int) -> None:
        self.rolls[urn].append(roll)
        self.read()

    def read(self) -> None:
        for urn, versions in self.versions.items():
            for last in range(1, len(versions) + 1):
                document = shown(versions[:last], self.beside(urn))
                read = {each["code"]: (each["value"], each["cohort"]) for each in document}
                self.reads.setdefault((urn, last), []).append(read)

    def check(self) -> None:
        for school in (SCHOOL, ACADEMY):
            check_reads([read for (urn, _), reads in self.reads.items() if urn == school for read in reads])
        for reads in self.reads.values():
            for code, cell in reads[0].items():
                assert all(seen in {told, None} for read in reads for seen, told in zip(read[code], cell, strict=True))
                self.check_share(code, reads[-1][code][0])

    def check_share(self, code: str, value: float | None) -> None:
        for urn, cells in self.shares.items() if code == "fsm_eligible" and value is not None else ():
            for cell in cells:
                assert not {round(cell.value * roll / 100) - value for roll in self.rolls[urn]} & set(FEW)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    share = st.sampled_from([[], [Cell(SHARE, draw(st.integers(20, 80)), None)]])
    world = World(
        {urn: draw(share) for urn in (SCHOOL, ACADEMY)},
        school=draw(st.sampled_from([24, 48, 100])),
        academy=draw(st.sampled_from([24, 48, 100])),
    )
    for _ in range(draw(st.integers(1, 5))):
        urn = draw(st.sampled_from([SCHOOL, ACADEMY]))
        if draw(st.booleans()):
            world.supply(urn, draw(st.one_of(rolls(), progresses()).filter(bool)))
        else:
            world.register(urn, draw(st.sampled_from([50, 97, 100, 110])))
    return world


@settings(max_examples=400, deadline=None)
@given(worlds())
def test_all_reads_together_tell_no_few(world: World) -> None:
    world.check()


class TestARegisterFileThatComesLater:
    def test_shows_no_roll_that_was_hidden_and_hides_no_cohort_that_was_told(self) -> None:
        world = World({}, school=100, academy=24)
        hidden = world.supply(ACADEMY, version(pupils_on_roll=50))
        progress = version(attendance=(95.0, 47), progress_above=(20, 47))
        world.supply(ACADEMY, progress)
        world.register(ACADEMY, 50)
        again = world.supply(ACADEMY, [*version(pupils_on_roll=50), *progress])
        assert hidden == {"pupils_on_roll": (None, None)}
        assert world.reads[ACADEMY, 1][-1] == hidden
        assert (
            world.reads[ACADEMY, 2][0]
            == world.reads[ACADEMY, 2][-1]
            == {"attendance": (95.0, 47), "progress_above": (20, 47)}
        )
        assert again["pupils_on_roll"] == (None, None)

    def test_counts_for_the_versions_that_follow(self) -> None:
        world = World({}, school=100, academy=24)
        world.register(ACADEMY, 50)
        assert world.supply(ACADEMY, version(pupils_on_roll=50)) == {"pupils_on_roll": (50, None)}

    def test_may_hide_what_was_told(self) -> None:
        world = World({ACADEMY: [Cell(SHARE, 50.0, None)]}, school=100, academy=380)
        told = world.supply(ACADEMY, version(pupils_on_roll=380, fsm_eligible=180))
        world.register(ACADEMY, 366)
        assert (told["fsm_eligible"], world.reads[ACADEMY, 1][-1]["fsm_eligible"]) == ((180, None), (None, None))


class TestASuccessor:
    @pytest.mark.parametrize(("eligible", "seen"), [(6, 6), (7, None), (10, None), (11, None), (12, 12)])
    def test_tells_no_number_that_leaves_few_of_the_share_of_its_predecessor(
        self, eligible: int, seen: int | None
    ) -> None:
        world = World({SCHOOL: [Cell(SHARE, 20.0, None)]}, school=60, academy=60)
        assert world.supply(ACADEMY, version(pupils_on_roll=60, fsm_eligible=eligible))["fsm_eligible"][0] == seen

    def test_its_own_roll_counts_for_the_share_of_its_predecessor(self) -> None:
        world = World({SCHOOL: [Cell(SHARE, 20.0, None)]}, school=60, academy=55)
        assert world.supply(ACADEMY, version(pupils_on_roll=60, fsm_eligible=6))["fsm_eligible"] == (None, None)

    def test_tells_no_roll_that_a_share_of_its_predecessor_was_not_held_against(self) -> None:
        far = version(pupils_on_roll=130)
        assert World({}, school=60, academy=100).supply(ACADEMY, far) == {"pupils_on_roll": (130, None)}
        world = World({SCHOOL: [Cell(SHARE, 50.0, None)]}, school=60, academy=100)
        assert world.supply(ACADEMY, far) == {"pupils_on_roll": (None, None)}
