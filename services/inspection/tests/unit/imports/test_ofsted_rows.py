"""What one row of Ofsted's file says, by the rules of the frameworks."""

import json
from datetime import date

import pytest
from services.inspection.tests.files import (
    CARD_AREAS,
    NEWER,
    OLDER,
    card,
    cells,
    latest,
    oeif,
    school,
    titles,
    ungraded,
)

from inspection.imports.kinds.ofsted import blocks, judgements, register
from inspection.imports.kinds.ofsted.reader import OfstedReader, SchoolRow
from inspection.imports.kinds.packing import unpack
from inspection.imports.reading.header import Header
from inspection.imports.reading.problems import RejectedRow, UnreadableFile


def read(row: dict[str, str], layout: str = OLDER, as_at: str = "2026-05-31") -> SchoolRow:
    reader = OfstedReader(Header(titles(layout)))
    reader.dated(date.fromisoformat(as_at))
    return reader.read(cells(layout, row))


def inspections(row: dict[str, str], layout: str = OLDER) -> list[dict[str, str | None]]:
    names = (*blocks.COLUMNS, *judgements.COLUMNS)
    return [
        dict(zip(names, [*unpack(found.packed), *unpack(found.judgement.packed)], strict=True))
        for found in read(row, layout).inspections
    ]


def register_of(row: dict[str, str]) -> dict[str, str | None]:
    return dict(zip(register.COLUMNS, unpack(read(row).register.packed), strict=True))


class TestFramework:
    @pytest.mark.parametrize(
        ("start", "overall", "expected"),
        [
            ("31/08/2019", "2", ("pre-eif", "2", None, "{}")),
            ("01/09/2019", "2", ("eif-2019", "2", None, "{}")),
            ("01/09/2024", "2", ("eif-2019", "2", None, "{}")),
            ("01/09/2024", "Not judged", ("eif-2019", None, "not_judged", "{not_judged_before_2_sep_2024}")),
            ("02/09/2024", "Not judged", ("eif-2024", None, "not_judged", "{}")),
            ("02/09/2024", "2", ("eif-2024", None, "data_error", "{overall_in_eif_2024}")),
            ("03/09/2024", "Not judged", ("eif-2024", None, "not_judged", "{}")),
            ("09/11/2025", "Not judged", ("eif-2024", None, "not_judged", "{}")),
        ],
    )
    def test_follows_the_start_date(self, start: str, overall: str, expected: tuple[str | None, ...]) -> None:
        (found,) = inspections({**school(), **latest(start, overall)})
        assert (found["framework"], found["overall"], found["overall_reason"], found["warnings"]) == expected

    @pytest.mark.parametrize("start", ["10/11/2025", "11/11/2025"])
    def test_cards_begin_on_10_november_2025(self, start: str) -> None:
        (found,) = inspections({**school(), **card(start)}, NEWER)
        assert found["framework"] == "report-card-2025"
        with pytest.raises(RejectedRow) as rejected:
            read({**school(), **latest(start, "Not judged")})
        assert rejected.value.code == "framework_mismatch"

    def test_a_card_dated_before_is_rejected_with_its_column_and_value(self) -> None:
        with pytest.raises(RejectedRow) as rejected:
            read({**school(), **card("09/11/2025")}, NEWER)
        assert (rejected.value.code, rejected.value.column) == ("framework_mismatch", "Inspection start date")
        assert rejected.value.value == "09/11/2025"


class TestSixthForm:
    @pytest.mark.parametrize(
        ("cell", "has", "reason"),
        [
            ("Has a sixth form", "t", None),
            ("Does not have a sixth form", "f", None),
            ("Not applicable", None, "does_not_apply"),
            ("Not recorded", None, None),
            ("NULL", None, None),
        ],
    )
    def test_that_it_does_not_apply_is_another_thing_than_not_known(
        self, cell: str, has: str | None, reason: str | None
    ) -> None:
        told = register_of(school(**{"Sixth form": cell}))
        assert (told["sixth_form"], told["sixth_form_reason"]) == (has, reason)


class TestDates:
    @pytest.mark.parametrize(
        ("row", "column", "value"),
        [
            (oeif("01/01/1066"), "Inspection start date of latest OEIF graded inspection", "01/01/1066"),
            (oeif("31/08/1992"), "Inspection start date of latest OEIF graded inspection", "31/08/1992"),
            (card("01/01/2099"), "Inspection start date", "01/01/2099"),
            (card("02/06/2027"), "Inspection start date", "02/06/2027"),
            (card("13/01/2026", **{"Publication date": "02/06/2027"}), "Publication date", "02/06/2027"),
            (
                card("13/01/2026", **{"Inclusion - date of judgement": "13/01/1926"}),
                "Inclusion - date of judgement",
                "13/01/1926",
            ),
        ],
    )
    def test_one_that_cannot_be_right_rejects_the_row(self, row: dict[str, str], column: str, value: str) -> None:
        with pytest.raises(RejectedRow) as rejected:
            read({**school(), **row}, NEWER)
        assert (rejected.value.code, rejected.value.column) == ("implausible_date", column)
        assert rejected.value.value == value

    @pytest.mark.parametrize(
        ("row", "warnings"),
        [
            (oeif("01/09/1992"), "{}"),
            (card("31/05/2026"), "{}"),
            (card("01/06/2026"), "{starts_after_file}"),
            (card("01/06/2027"), "{starts_after_file}"),
            (card("13/01/2026", **{"Publication date": "12/01/2026"}), "{published_before_start}"),
            (card("13/01/2026", **{"Publication date": "13/01/2026"}), "{}"),
            (card("15/06/2026", **{"Publication date": "12/01/2026"}), "{starts_after_file,published_before_start}"),
            (
                card("15/06/2026", "Urgent improvement"),
                "{category_missing,starts_after_file}",
            ),
        ],
    )
    def test_an_odd_one_is_kept_with_a_warning(self, row: dict[str, str], warnings: str) -> None:
        (found,) = inspections({**school(), **row}, NEWER)
        assert found["warnings"] == warnings

    def test_a_doubt_is_no_part_of_the_judgement(self) -> None:
        row = {**school(), **card("15/06/2026")}
        (early,), (later,) = (read(row, NEWER, day).inspections for day in ("2026-05-31", "2026-06-30"))
        assert early.judgement.digest == later.judgement.digest
        assert early.content_hash != later.content_hash


class TestGrades:
    def test_codes_without_a_grade_are_kept_for_their_reason(self) -> None:
        row = latest("01/10/2024", "Not judged", **{"Early years provision (where applicable)": "0"})
        row["Behaviour and attitudes"] = "NULL"
        (found,) = inspections({**school(), **row})
        grades = json.loads(str(found["grades"]))
        assert list(grades)[:2] == ["quality_of_education", "behaviour_and_attitudes"]
        assert grades["early_years"] == 0
        assert grades["sixth_form"] == 9
        assert grades["behaviour_and_attitudes"] is None

    @pytest.mark.parametrize(
        ("cell", "code"),
        [
            ("Needs attention", "needs_attention"),
            ("attention  needed", "needs_attention"),
            ("Causing concern", "urgent_improvement"),
            ("Secure", "expected_standard"),
            ("Strong", "strong_standard"),
            ("Exemplary", "exceptional"),
        ],
    )
    def test_names_of_the_consultation_are_synonyms(self, cell: str, code: str) -> None:
        (found,) = inspections({**school(), **card("13/01/2026", Achievement=cell)}, NEWER)
        assert json.loads(str(found["grades"]))["achievement"] == code

    @pytest.mark.parametrize("cell", ["5", "2.0", "good-ish", "Needs attention"])
    def test_an_unknown_grade_rejects_the_row(self, cell: str) -> None:
        with pytest.raises(RejectedRow) as rejected:
            read({**school(), **latest("01/10/2023", **{"Quality of education": cell})})
        assert (rejected.value.column, rejected.value.value) == ("Quality of education", cell)

    def test_a_number_is_no_grade_of_a_card(self) -> None:
        with pytest.raises(RejectedRow):
            read({**school(), **card("13/01/2026", Inclusion="2")}, NEWER)

    @pytest.mark.parametrize(
        ("cell", "code", "reason"),
        [
            ("Yes", "effective", None),
            ("No", "not_effective", None),
            ("9", None, "not_recorded"),
            ("NULL", None, "not_recorded"),
        ],
    )
    def test_safeguarding(self, cell: str, code: str | None, reason: str | None) -> None:
        (found,) = inspections({**school(), **latest("01/10/2023", **{"Safeguarding is effective?": cell})})
        assert (found["safeguarding"], found["safeguarding_reason"]) == (code, reason)

    @pytest.mark.parametrize(
        ("given", "leadership", "met", "warnings"),
        [
            ("NULL", "Expected standard", "Met", "{}"),
            ("RSI", "Expected standard", "Not met", "{}"),
            ("NULL", "Expected standard", "Not met", "{category_missing}"),
            ("SM", "Urgent improvement", "Met", "{}"),
            ("RSI", "Urgent improvement", "Met", "{category_mismatch}"),
            ("SM", "Expected standard", "Met", "{category_mismatch}"),
        ],
    )
    def test_a_category_is_stored_as_given_and_checked(
        self, given: str, leadership: str, met: str, warnings: str
    ) -> None:
        changes = {"Category of concern": given, "Leadership and governance": leadership, "Safeguarding standards": met}
        (found,) = inspections({**school(), **card("13/01/2026", **changes)}, NEWER)
        assert found["category_of_concern"] == (None if given == "NULL" else given)
        assert found["warnings"] == warnings

    def test_an_area_judged_on_another_day_keeps_its_date(self) -> None:
        dates = {f"{area} - date of judgement": "13/01/2026" for area in CARD_AREAS}
        dates["Achievement - date of judgement"] = "05/03/2026"
        (found,) = inspections({**school(), **card("13/01/2026", **dates)}, NEWER)
        assert json.loads(str(found["judged_on"])) == {"achievement": "2026-03-05"}


class TestBlocks:
    def test_one_number_in_two_blocks_is_one_graded_inspection(self) -> None:
        row = {**school(), **latest("05/03/2024", number="10000009"), **ungraded("04/03/2024", "10000009")}
        (found,) = inspections(row)
        assert (found["kind"], found["starts_on"]) == ("graded", "2024-03-05")

    def test_outcomes_of_ungraded_inspections_are_codes(self) -> None:
        row = {**school(), **ungraded("04/03/2024", outcome="School remains Good (Concerns) - S5 Next")}
        (found,) = inspections(row)
        assert (found["framework"], found["outcome_code"]) == ("ungraded", "remains_good_concerns")
        assert found["overall_reason"] == "none_in_framework"

    @pytest.mark.parametrize(
        ("said", "then", "related", "assumed"),
        [
            ("Yes", "100002", "t", "f"),
            ("No", "100001", "f", "f"),
            ("NULL", "100001", "t", "f"),
            ("NULL", "100002", "f", "f"),
            ("NULL", "NULL", "t", "t"),
        ],
    )
    def test_relates_to_the_current_urn(self, said: str, then: str, related: str, assumed: str) -> None:
        changes = {
            "Does the latest graded inspection relate to the URN of the current school?": said,
            "URN at time of latest graded inspection": then,
        }
        (found,) = inspections({**school(100001), **latest("01/10/2023", **changes)})
        assert (found["relates_to_current_urn"], found["relates_assumed"]) == (related, assumed)

    def test_grades_without_a_date_are_rejected(self) -> None:
        with pytest.raises(RejectedRow) as rejected:
            read({**school(), **latest("NULL")})
        assert rejected.value.code == "missing_value"

    def test_the_same_inspection_reads_the_same_in_both_layouts(self) -> None:
        (older,) = read({**school(), **latest("01/10/2023")}).inspections
        (newer,) = read({**school(), **oeif("01/10/2023")}, NEWER).inspections
        assert older.content_hash == newer.content_hash

    def test_a_block_that_is_there_in_part_fails_the_file(self) -> None:
        some = [title for title in titles(OLDER) if title != "Quality of education"]
        with pytest.raises(UnreadableFile, match="Quality of education"):
            OfstedReader(Header(some))

    def test_the_publication_date_may_be_absent(self) -> None:
        some = [title for title in titles(OLDER) if title != "Publication date"]
        reader = OfstedReader(Header(some))
        row = {**school(), **latest("01/10/2023")}
        (found,) = reader.read([row.get(title, "NULL") for title in some]).inspections
        assert unpack(found.packed)[4:6] == [None, "not_in_source"]
        assert reader.columns.drift.missing == ["Publication date"]


class TestRegister:
    def test_an_academy_belongs_to_its_trust(self) -> None:
        row = school(
            **{
                "Type of education": "Academy Converter",
                "Multi-academy trust UID": "5143",
                "Multi-academy trust name": "A Trust",
            }
        )
        found = register_of(row)
        assert (found["rb_kind"], found["rb_id"], found["rb_reason"], found["trust_uid"]) == (
            "trust",
            "5143",
            None,
            "5143",
        )

    def test_an_academy_without_a_uid_has_an_unknown_trust(self) -> None:
        found = register_of(school(**{"Type of education": "Free School"}))
        assert (found["rb_kind"], found["rb_id"], found["rb_reason"]) == ("trust", None, "not_in_source")

    @pytest.mark.parametrize("kind", ["Non-Maintained Special School", "City Technology College"])
    def test_some_belong_to_neither(self, kind: str) -> None:
        found = register_of(school(**{"Type of education": kind}))
        assert (found["rb_kind"], found["rb_reason"]) == ("other", "not_in_source")

    def test_the_authority_is_the_one_named_whatever_the_laestab_says(self) -> None:
        found = register_of(school(**{"Local authority": "East Sussex", "LAESTAB": "2111234", "Region": "South East"}))
        assert (found["la_code"], found["rb_id"]) == ("845", "845")

    @pytest.mark.parametrize(
        ("phase", "code"),
        [("PRU", "alternative_provision"), ("Alternative provision", "alternative_provision"), ("Special", "special")],
    )
    def test_phases(self, phase: str, code: str) -> None:
        assert register_of(school(**{"Ofsted phase": phase}))["phase"] == code

    @pytest.mark.parametrize(
        ("column", "value"),
        [
            ("URN", "12345"),
            ("School name", " "),
            ("Region", "North East, Yorkshire and the Humber"),
            ("Local authority", "Atlantis"),
            ("Type of education", "Castle"),
            ("Total number of pupils", "1e3"),
            ("Total number of pupils", "-1"),
            ("School open date", "31/02/2020"),
            ("School open date", "2020-13-01"),
            ("The income deprivation affecting children index (IDACI) quintile", "6"),
            ("Web Link (opens in new window)", "javascript:alert(1)"),
        ],
    )
    def test_an_unreadable_value_rejects_the_row(self, column: str, value: str) -> None:
        with pytest.raises(RejectedRow) as rejected:
            read(school(**{column: value}))
        assert rejected.value.column == column

    @pytest.mark.parametrize("value", ["01/09/2012", "01-09-2012", "2012-09-01"])
    def test_dates_come_in_three_forms(self, value: str) -> None:
        assert register_of(school(**{"School open date": value}))["open_date"] == "2012-09-01"

    def test_names_keep_their_marks_and_fold_for_search(self) -> None:
        found = register_of(school(**{"School name": "St Thomas à Becket\u2019s & O'Brien "}))
        assert found["name"] == "St Thomas à Becket\u2019s & O'Brien"
        assert found["name_folded"] == "st thomas a beckets obrien"
