"""Terms of a school and its successor, with files between the versions: rolls, shares, links, schools that enter.

Every version is read when it is made and again after each file. The attacker puts all reads of a school together, and
holds what it supplies against every share and roll that was ever told.
"""

from dataclasses import replace
from itertools import pairwise, product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from services.inspection.tests.unit.suppression.test_versions import FEW, Read, check_reads, progresses, rolls, version

from inspection.dashboards.figures import Cell, hidden_codes
from inspection.progress.shown import Beside, Version, beside_of, shown

SCHOOL, ACADEMY = 990004, 990005
BOTH = (SCHOOL, ACADEMY)
SHARE = "fsm_ever6_percent"


class Noted:
    """What the attacker has noted of what one school supplied: rolls and numbers of those eligible."""

    def __init__(self) -> None:
        self.rolls: set[int] = set()
        self.eligible: set[int] = set()

    def take(self, read: Read) -> None:
        roll, _ = read.get("pupils_on_roll", (None, None))
        eligible, cohort = read.get("fsm_eligible", (None, None))
        self.rolls |= {int(each) for each in (roll, cohort) if each is not None}
        self.eligible |= {int(each) for each in (eligible,) if each is not None}


class World:
    """What the register says of a school and its successor, and what was supplied for a term of either.

    A school without any roll is not in the register; what it told, its `shares` and `former` ones, is told once it is.
    """

    def __init__(self, shares: dict[int, list[Cell]], **roll: int | None) -> None:
        self.rolls = {SCHOOL: [roll["school"]], ACADEMY: [roll["academy"]]}
        self.rolls = {urn: [each for each in rolls if each] for urn, rolls in self.rolls.items()}
        self.shares = dict(shares)
        self.former: dict[int, list[Cell]] = {SCHOOL: [], ACADEMY: []}
        self.linked = True
        self.versions: dict[int, list[Version]] = {SCHOOL: [], ACADEMY: []}
        self.reads: dict[tuple[int, int], list[Read]] = {}
        self.noted = {SCHOOL: Noted(), ACADEMY: Noted()}

    def line(self, urn: int) -> tuple[int, ...]:
        return BOTH if self.linked else (urn,)

    def told(self, urn: int) -> list[Cell]:
        """Return the shares of a school that anybody may read."""
        cells = self.shares.get(urn, [])
        hidden = hidden_codes(cells, self.rolls[urn])
        return [cell for cell in cells if self.rolls[urn] and cell.measure not in hidden]

    def beside(self, urn: int) -> Beside:
        return beside_of(urn, [self.stored(each) for each in self.line(urn)])

    def stored(self, urn: int) -> dict[str, Any]:
        told = self.told(urn) if self.rolls[urn] else self.shares.get(urn, [])
        shares = [{**cell._asdict(), "told": cell in told} for cell in self.shares.get(urn, [])]
        former = [{**cell._asdict(), "told": True} for cell in self.former[urn]]
        return {"urn": urn, "rolls": [*self.rolls[urn]], "shares": [*shares, *former]}

    def supply(self, urn: int, measures: list[dict[str, Any]]) -> Read:
        self.versions[urn].append(Version(measures, self.beside(urn)))
        self.read()
        return self.reads[urn, len(self.versions[urn])][-1]

    def register(self, urn: int, roll: int) -> None:
        self.rolls[urn].append(roll)
        self.follow()

    def load(self, urn: int, percent: float | None) -> None:
        self.former[urn] += [cell for cell in self.told(urn) if cell.value != percent]
        self.shares[urn] = [] if percent is None else [Cell(SHARE, percent, None)]
        self.follow()

    def link(self, *, forks: bool) -> None:
        self.linked = not forks
        self.follow()

    def follow(self) -> None:
        """Keep what is said now with the last version of each school, where it is another than was kept."""
        for urn, versions in self.versions.items():
            for newest in versions[-1:]:
                state = self.beside(urn)
                if state != [newest.beside, *newest.since][-1]:
                    versions[-1] = replace(newest, since=[*newest.since, state])
        self.read()

    def read(self) -> None:
        for urn, versions in self.versions.items():
            known = {each for one in self.line(urn) for each in self.rolls[one]} | self.noted[urn].rolls
            eligible = set(self.noted[urn].eligible)
            for last in range(1, len(versions) + 1):
                document = shown(versions, self.beside(urn), last)
                read = {each["code"]: (each["value"], each["cohort"]) for each in document}
                self.reads.setdefault((urn, last), []).append(read)
                self.noted[urn].take(read)
            self.check_new(urn, known, eligible)

    def check_new(self, urn: int, known: set[int], eligible: set[int]) -> None:
        """Check what was told for the first time beside all that was told: files cannot be kept from telling more."""
        noted = self.noted[urn]
        shares = [cell.value or 0 for each in self.line(urn) for cell in (*self.told(each), *self.former[each])]
        for share, roll in product(shares, noted.rolls - known):
            count = round(share * roll / 100)
            assert not {count, roll - count} & set(FEW), (share, roll)
        for share, roll, number in product(shares, noted.rolls | known, noted.eligible):
            if roll not in known or number not in eligible:
                assert round(share * roll / 100) - number not in FEW, (share, roll, number)

    def check(self) -> None:
        for school in BOTH:
            check_reads([read for (urn, _), reads in self.reads.items() if urn == school for read in reads])
        for reads in self.reads.values():
            for earlier, later in pairwise(reads):
                for code, cell in earlier.items():
                    assert all(now in {was, None} for was, now in zip(cell, later[code], strict=True)), (code, reads)


@st.composite
def near(draw: st.DrawFn, world: World, urn: int) -> list[dict[str, Any]]:
    """A roll, and about as many eligible as a share stands for of some roll; one of them may be left out."""
    shares = [cell.value or 0 for each in BOTH for cell in (*world.shares.get(each, ()), *world.former[each])]
    rolls = sorted({55, 60, 100, *world.rolls[urn], *world.noted[urn].rolls})
    roll, of = draw(st.sampled_from(rolls)), draw(st.sampled_from(rolls))
    eligible = round(draw(st.sampled_from([20, *shares])) * of / 100) - draw(st.integers(0, 12))
    named, told = draw(st.booleans()), 0 <= eligible <= roll and draw(st.integers(0, 2)) > 0
    return version(
        **({"pupils_on_roll": roll} if named or not told else {}),
        **({"fsm_eligible": (eligible, roll)} if told else {}),
    )


@st.composite
def worlds(draw: st.DrawFn) -> World:
    percents = st.sampled_from([20, 20, 30, 5, 50, None])
    first = {urn: draw(percents) for urn in BOTH}
    world = World(
        {urn: [Cell(SHARE, percent, None)] for urn, percent in first.items() if percent is not None},
        school=draw(st.sampled_from([60, 100, 48, None])),
        academy=draw(st.sampled_from([100, 60, 24])),
    )
    for _ in range(draw(st.integers(2, 8))):
        urn, event = (
            draw(st.sampled_from(BOTH)),
            draw(st.sampled_from(["supply", "supply", "supply", "roll", "share", "link"])),
        )
        if event == "roll":
            world.register(urn, draw(st.sampled_from([50, 97, 100, 110])))
        elif event == "share":
            world.load(urn, draw(percents))
        elif event == "link":
            world.link(forks=draw(st.booleans()))
        elif world.rolls[urn]:
            world.supply(urn, draw(st.one_of(near(world, urn), near(world, urn), rolls(), progresses()).filter(bool)))
    return world


@settings(max_examples=600, deadline=None)
@given(worlds())
def test_all_reads_together_tell_no_few(world: World) -> None:
    world.check()


class TestWhatWasHidden:
    """An academy with a roll of 60, and 9 who are eligible: 3 fewer than a fifth."""

    def world(self) -> World:
        world = World({}, school=60, academy=60)
        world.supply(ACADEMY, version(pupils_on_roll=60, fsm_eligible=9))
        return world

    def eligible(self, world: World, last: int = 1) -> list[float | None]:
        return [read["fsm_eligible"][0] for read in world.reads[ACADEMY, last]]

    def test_stays_hidden_when_the_line_is_cut(self) -> None:
        world = self.world()
        world.load(SCHOOL, 20.0)
        world.link(forks=True)
        assert self.eligible(world) == [9, None, None]

    def test_stays_hidden_when_a_share_is_gone(self) -> None:
        world = self.world()
        world.load(ACADEMY, 20.0)
        world.load(ACADEMY, None)
        assert self.eligible(world) == [9, None, None]

    def test_stays_hidden_in_the_versions_that_follow_and_in_those_before(self) -> None:
        world = self.world()
        world.load(ACADEMY, 20.0)
        world.load(ACADEMY, 70.0)
        world.supply(ACADEMY, version(pupils_on_roll=60, fsm_eligible=20))
        world.load(ACADEMY, 95.0)
        assert self.eligible(world) == [9, None, None, None, None]
        assert self.eligible(world, 2) == [None, None]

    def test_of_a_version_by_what_came_after_the_next_one(self) -> None:
        world = self.world()
        world.supply(ACADEMY, version(pupils_on_roll=60))
        world.load(ACADEMY, 20.0)
        world.supply(ACADEMY, version(pupils_on_roll=60, attendance=(95.0, 60)))
        world.load(ACADEMY, None)
        assert self.eligible(world) == [9, 9, None, None, None]

    def test_a_share_that_is_replaced_counts_for_the_first_version_that_follows(self) -> None:
        world = World({ACADEMY: [Cell(SHARE, 20.0, None)]}, school=60, academy=60)
        world.load(ACADEMY, 70.0)
        assert world.supply(ACADEMY, version(pupils_on_roll=60, fsm_eligible=9))["fsm_eligible"] == (None, None)


class TestRollsOfEarlierVersions:
    """A share of a fifth, told: 10 of 50, 12 of 60, 20 of 100."""

    def test_are_held_against_what_a_later_one_counts(self) -> None:
        world = World({ACADEMY: [Cell(SHARE, 20.0, None)]}, school=100, academy=100)
        world.supply(ACADEMY, version(pupils_on_roll=60))
        assert world.supply(ACADEMY, version(pupils_on_roll=100, fsm_eligible=9))["fsm_eligible"] == (None, None)

    @pytest.mark.parametrize(("roll", "told"), [(75, 75), (70, None), (55, None), (50, None)])
    def test_a_later_roll_is_held_against_what_was_counted(self, roll: int, told: int | None) -> None:
        world = World({ACADEMY: [Cell(SHARE, 20.0, None)]}, school=100, academy=100)
        world.supply(ACADEMY, version(pupils_on_roll=100, fsm_eligible=9))
        assert world.supply(ACADEMY, version(pupils_on_roll=roll)) == {"pupils_on_roll": (told, None)}

    def test_one_that_was_told_before_a_share_is_told_again(self) -> None:
        world = World({}, school=100, academy=60)
        world.supply(ACADEMY, version(pupils_on_roll=60, fsm_eligible=9))
        world.load(ACADEMY, 20.0)
        assert world.supply(ACADEMY, version(pupils_on_roll=60)) == {"pupils_on_roll": (60, None)}


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

    def test_the_roll_of_its_predecessor_counts_for_its_own_share(self) -> None:
        world = World({ACADEMY: [Cell(SHARE, 20.0, None)]}, school=55, academy=60)
        assert world.supply(ACADEMY, version(pupils_on_roll=60, fsm_eligible=6))["fsm_eligible"] == (None, None)

    def test_its_own_roll_counts_for_the_share_of_its_predecessor(self) -> None:
        world = World({SCHOOL: [Cell(SHARE, 20.0, None)]}, school=60, academy=55)
        assert world.supply(ACADEMY, version(pupils_on_roll=60, fsm_eligible=6))["fsm_eligible"] == (None, None)

    def test_tells_no_roll_that_a_share_of_its_predecessor_was_not_held_against(self) -> None:
        far = version(pupils_on_roll=130)
        assert World({}, school=60, academy=100).supply(ACADEMY, far) == {"pupils_on_roll": (130, None)}
        world = World({SCHOOL: [Cell(SHARE, 50.0, None)]}, school=60, academy=100)
        assert world.supply(ACADEMY, far) == {"pupils_on_roll": (None, None)}
