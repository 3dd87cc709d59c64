"""The pure rules of merging: stays in trusts, cycles, identity of inspections, dates of files."""

from datetime import date
from uuid import uuid4

import pytest

from inspection.domain.cycles import closing_edges
from inspection.domain.file_dates import date_in
from inspection.domain.memberships import (
    Sighting,
    Stay,
    end,
    in_turn,
    observe,
    settle,
    shown_before,
    sightings_of,
)
from inspection.imports.kinds.ofsted.blocks import COLUMNS, Found
from inspection.imports.kinds.ofsted.dates import InspectionDates
from inspection.imports.kinds.ofsted.judgements import judgement
from inspection.imports.kinds.ofsted.late import Late, Next, Told, step_late
from inspection.imports.kinds.ofsted.merging import KEPT, Step, Stored, match, step
from inspection.imports.kinds.packing import boolean, copy_text, pack, unpack

MAY, AUGUST, DECEMBER = date(2025, 5, 31), date(2025, 8, 31), date(2025, 12, 31)
OPENED = date(2012, 9, 1)


def seen(*shown: tuple[date, str | None]) -> list[Sighting]:
    return [Sighting(day, uid) for day, uid in shown]


class TestStays:
    def test_the_first_trust_known_counts_from_the_open_date(self) -> None:
        assert observe([], Sighting(AUGUST, "1"), OPENED) == [Stay("1", OPENED, AUGUST)]

    def test_a_newer_file_ends_one_stay_and_begins_another(self) -> None:
        stays = settle(seen((AUGUST, "1"), (DECEMBER, "2")), [], DECEMBER, OPENED)
        assert stays == [Stay("1", OPENED, AUGUST, DECEMBER), Stay("2", DECEMBER, DECEMBER)]

    def test_leaving_all_trusts_ends_the_stay(self) -> None:
        ended = [Stay("1", OPENED, AUGUST, DECEMBER)]
        assert observe([Stay("1", OPENED, AUGUST)], Sighting(DECEMBER, None), OPENED) == ended

    def test_that_no_trust_is_named_ends_no_stay_that_the_register_tells(self) -> None:
        assert observe([_fact("1", MAY)], Sighting(DECEMBER, None), OPENED) == [_fact("1", MAY)]

    def test_the_same_file_again_changes_nothing(self) -> None:
        stays = observe([], Sighting(AUGUST, "1"), OPENED)
        assert observe(stays, Sighting(AUGUST, "1"), OPENED) == stays

    def test_the_same_date_again_with_another_trust_replaces_it(self) -> None:
        assert observe([Stay("1", AUGUST, AUGUST)], Sighting(AUGUST, "2"), None) == [Stay("2", AUGUST, AUGUST)]

    def test_one_ended_and_shown_again_on_the_day_it_began_is_one_stay(self) -> None:
        ended = end(observe([], Sighting(AUGUST, "1"), None), AUGUST)
        assert observe(ended, Sighting(AUGUST, "1"), None) == [Stay("1", AUGUST, AUGUST)]

    def test_tell_again_what_was_shown(self) -> None:
        shown = seen((MAY, "1"), (AUGUST, None), (DECEMBER, "2"))
        assert sightings_of(settle(shown, [], DECEMBER)) == shown

    def test_a_school_that_has_closed_is_shown_until_then(self) -> None:
        shown = seen((MAY, "1"), (DECEMBER, "2"))
        assert shown_before(shown, AUGUST) == shown[:1]
        assert shown_before(shown[1:], AUGUST) == shown[1:]


class TestCycles:
    def test_none_in_a_chain(self) -> None:
        assert closing_edges([(1, 2), (2, 3), (1, 3)]) == []

    @pytest.mark.parametrize("edges", [[(1, 2), (2, 1)], [(2, 1), (1, 2)]])
    def test_the_edge_that_goes_back_is_cut(self, edges: list[tuple[int, int]]) -> None:
        assert closing_edges(edges) == [(2, 1)]

    def test_what_is_left_has_no_cycle(self) -> None:
        edges = [(1, 2), (2, 3), (3, 1), (3, 4), (4, 2), (5, 5)]
        cut = closing_edges(edges)
        assert cut == [(3, 1), (4, 2), (5, 5)]
        assert closing_edges(set(edges) - set(cut)) == []


TOLD: dict[str, str | None] = {
    **dict.fromkeys(COLUMNS),
    "framework": "eif-2019",
    "relates_to_current_urn": boolean(True),
    "relates_assumed": boolean(True),
}


def found(
    number: str | None = "1",
    starts_on: str = "2024-03-05",
    kind: str = "graded",
    grade: int = 2,
    **told: str | None,
) -> Found:
    packed = pack([*{**TOLD, "number": number, "kind": kind, "starts_on": starts_on, **told}.values()])
    return Found(number, starts_on, kind, packed, judgement(grades={"quality_of_education": grade}))


def stored(of: Found, as_at: date | None = AUGUST) -> Stored:
    told = dict(zip(COLUMNS, unpack(of.packed), strict=True))
    kept = tuple(told[name] for name in KEPT)
    return Stored(uuid4(), 100001, of.number, of.starts_on, of.kind, of.content_hash, as_at, kept)


class TestIdentity:
    def test_is_the_number(self) -> None:
        first, second = stored(found("1")), stored(found("2"))
        assert match(found("2"), [first, second]) is second
        assert match(found("3"), [first, second]) is None

    def test_without_a_number_is_the_start_date(self) -> None:
        known = stored(found("1"))
        assert match(found(None), [known]) is known
        assert match(found(None, "2024-03-06"), [known]) is None

    def test_a_number_that_becomes_known_joins_the_inspection(self) -> None:
        known = stored(found(None))
        assert match(found("1"), [known]) is known
        assert match(found("1", kind="ungraded"), [known]) is None


class TestSteps:
    def test_new_and_unchanged(self) -> None:
        assert step(found(), None) is Step.ADD
        assert step(found(), stored(found())) is Step.NOTHING

    def test_a_changed_grade_in_a_newer_file_is_a_correction(self) -> None:
        assert step(found(grade=3), stored(found(grade=2))) is Step.CORRECT

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ({}, {"starts_on": "2024-03-06"}),
            ({"published_on": "2024-04-01"}, {"published_on": "2024-04-02"}),
            ({"urn_at_inspection": "100001"}, {"urn_at_inspection": "100002"}),
            ({"relates_assumed": boolean(False)}, {"relates_to_current_urn": boolean(False)}),
            ({}, {"judged_on": '{"inclusion":"2026-05-01"}'}),
        ],
    )
    def test_what_was_known_and_is_another_now_is_a_correction(
        self, before: dict[str, str], after: dict[str, str]
    ) -> None:
        was, now = found(**before), found(**(before | after))  # type: ignore[arg-type]
        assert step(now, stored(was)) is Step.CORRECT

    @pytest.mark.parametrize(
        "after",
        [{"published_on": "2024-04-01"}, {"relates_to_current_urn": boolean(False)}, {"urn_at_inspection": "1"}],
    )
    def test_what_becomes_known_is_none(self, after: dict[str, str]) -> None:
        assert step(found(**after), stored(found())) is Step.REFRESH  # type: ignore[arg-type]

    def test_a_number_is_no_correction(self) -> None:
        assert step(found("1"), stored(found(None))) is Step.REFRESH

    def test_graded_stays_graded_and_what_was_published_here_stays(self) -> None:
        assert step(found(kind="ungraded"), stored(found())) is Step.NOTHING
        assert step(found(grade=4), stored(found(), as_at=None)) is Step.NOTHING


class TestLateSteps:
    """What a file of August says of an inspection, where files for other days have been loaded before it."""

    def late(self, told: Found, *versions: tuple[date, Found], next_on: date | None = None) -> Late:
        known = [Told(day, place, stored(each, day)) for place, (day, each) in enumerate(versions, start=1)]
        known[-1] = known[-1]._replace(version=None)
        following = None if next_on is None else Next(next_on, 9)
        return step_late(told, known, following, InspectionDates(AUGUST))

    def test_before_all_that_is_known_it_is_history_where_it_differs(self) -> None:
        for told, expected in ((found(grade=3), Step.RECALL), (found(), Step.TOLD_EARLIER)):
            assert self.late(told, (DECEMBER, found(None)), next_on=DECEMBER)[::2] == (expected, None)
        versions = ((DECEMBER, found(grade=1)), (date(2026, 2, 1), found()))
        assert self.late(found(grade=1), *versions, next_on=DECEMBER).step is Step.RECALL

    def test_after_all_that_lists_the_school_it_is_a_correction(self) -> None:
        assert self.late(found(grade=3), (MAY, found())).step is Step.CORRECT
        assert self.late(found("1"), (MAY, found(None))).step is Step.REFRESH
        assert self.late(found("1"), (MAY, found(None)), next_on=DECEMBER).step is Step.NOTHING

    def test_what_a_later_file_repeated_holds_anew_from_its_day(self) -> None:
        step_, _, repeated = self.late(found(grade=3), (MAY, found()), next_on=DECEMBER)
        assert (step_, repeated and repeated.told.version, repeated and repeated.source_id) == (Step.RECALL, None, 9)

    def test_what_was_made_here_stands_from_its_day_on(self) -> None:
        made = Told(DECEMBER, None, stored(found(grade=4), None)._replace(made_on=DECEMBER))
        of_file = Told(MAY, 1, stored(found(), MAY))
        for versions, day, expected in (
            ([of_file, made], AUGUST, Step.RECALL),
            ([of_file, made], DECEMBER, Step.NOTHING),
            ([made], AUGUST, Step.NOTHING),
        ):
            assert step_late(found(grade=3), versions, None, InspectionDates(day)).step is expected

    def test_what_holds_anew_may_be_a_version_that_was_kept(self) -> None:
        versions = ((MAY, found(grade=1)), (date(2026, 2, 1), found(grade=3)))
        repeated = self.late(found(grade=3), *versions, next_on=DECEMBER).repeated
        assert repeated is not None
        assert repeated.told.version == 1

    def test_where_the_next_file_told_otherwise_nothing_holds_anew(self) -> None:
        late = self.late(found(grade=3), (MAY, found()), (DECEMBER, found(grade=4)), next_on=DECEMBER)
        assert (late.step, late.repeated) == (Step.RECALL, None)

    def test_it_is_compared_with_what_held_on_its_day_alone(self) -> None:
        versions = ((MAY, found(grade=1)), (DECEMBER, found(grade=3)))
        assert self.late(found(grade=3), *versions, next_on=DECEMBER).step is Step.RECALL
        assert self.late(found(grade=1), *versions, next_on=DECEMBER).step is Step.NOTHING


class TestDateInName:
    @pytest.mark.parametrize(
        ("name", "day"),
        [
            ("latest_inspections_2025-08-31.csv", date(2025, 8, 31)),
            ("links_edubasealldata20250422.csv", date(2025, 4, 22)),
            ("Management information - as at 31 Aug 2025.csv", date(2025, 8, 31)),
            ("mi_as_at_31_August_2025.csv", date(2025, 8, 31)),
            ("2025-08-31_and_2025-09-30.csv", None),
            ("groups_2026.csv", None),
            ("x_2025-02-31.csv", None),
        ],
    )
    def test_is_read(self, name: str, day: date | None) -> None:
        assert date_in(name) == day


@pytest.mark.parametrize(("value", "escaped"), [("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r"), ("\\", "\\\\"), ("", "")])
def test_packed_rows_survive_what_copy_treats_specially(value: str, escaped: str) -> None:
    packed = pack([f"a{value}b", None])
    assert unpack(packed) == [f"a{value}b", None]
    assert copy_text([packed]) == f"a{escaped}b\t\\N\n".encode()


class TestStaysThatTheRegisterTells:
    JOINED, LEFT = date(2019, 9, 1), date(2024, 9, 1)

    def test_take_the_place_of_what_files_showed_meanwhile(self) -> None:
        told = [_fact("1", self.JOINED, self.LEFT), _fact("2", self.LEFT)]
        assert settle(seen((AUGUST, "1"), (DECEMBER, "2")), told, DECEMBER, OPENED) == told

    def test_leave_what_was_before_the_first_and_comes_after_the_end_of_the_last(self) -> None:
        shown = seen((date(2012, 1, 1), "9"), (AUGUST, "2"))
        told = [_fact("1", self.JOINED, self.LEFT)]
        assert settle(shown, told, DECEMBER, date(2010, 1, 1)) == [
            Stay("9", date(2010, 1, 1), date(2012, 1, 1), self.JOINED),
            *told,
            Stay("2", AUGUST, AUGUST),
        ]

    def test_are_followed_by_what_a_newer_file_shows(self) -> None:
        told = [_fact("1", self.JOINED)]
        assert settle(seen((DECEMBER, "1")), told, AUGUST) == told
        moved = settle(seen((DECEMBER, "2")), told, AUGUST)
        assert moved == [_fact("1", self.JOINED, DECEMBER), Stay("2", DECEMBER, DECEMBER)]
        assert settle(sightings_of(moved), told, AUGUST) == moved

    def test_none_told_changes_nothing(self) -> None:
        assert settle(seen((AUGUST, "1")), [], DECEMBER, OPENED) == [Stay("1", OPENED, AUGUST)]

    def test_come_one_at_a_time(self) -> None:
        open_too_long, ended = _fact("1", self.JOINED), _fact("3", self.LEFT, DECEMBER)
        assert in_turn([_fact("2", self.LEFT), ended, open_too_long]) == [
            _fact("1", self.JOINED, self.LEFT),
            _fact("2", self.LEFT),
        ]

    def test_keep_their_day_whatever_a_newer_file_says_of_the_opening(self) -> None:
        told = [_fact("1", self.JOINED)]
        assert observe(told, Sighting(DECEMBER, "1"), OPENED) == told

    def test_one_that_is_announced_ends_the_present_one_on_its_day_only(self) -> None:
        later = date(2030, 9, 1)
        told = in_turn([_fact("1", self.JOINED), _fact("2", later)])
        assert settle([], told, AUGUST) == told
        assert observe(told, Sighting(DECEMBER, "1"), OPENED) == told
        moved = observe(told, Sighting(DECEMBER, "3"), OPENED)
        assert moved == [_fact("1", self.JOINED, DECEMBER), Stay("3", DECEMBER, DECEMBER, later), _fact("2", later)]
        assert settle(sightings_of(moved), told, AUGUST) == moved
        assert end(told, DECEMBER) == [_fact("1", self.JOINED, DECEMBER)]
        assert settle(seen((AUGUST, "9")), [_fact("2", later)], AUGUST, OPENED) == [
            Stay("9", OPENED, AUGUST, later),
            _fact("2", later),
        ]

    def test_one_that_is_to_end_goes_on_until_then(self) -> None:
        told = [_fact("1", self.JOINED, date(2030, 8, 31))]
        assert observe(told, Sighting(DECEMBER, "1"), OPENED) == told


def _fact(uid: str, joined_on: date, left_on: date | None = None) -> Stay:
    return Stay(uid, joined_on, joined_on, left_on, assumed=False)
