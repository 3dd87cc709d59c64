"""What a draft may not hold and what cannot be published: 422, each fault by its pointer."""

from datetime import date
from typing import Any

import httpx
import pytest
from services.inspection.tests.integration.authoring import writing
from services.inspection.tests.integration.reads.rows import CARD_AREAS, Register

OLDER_AREAS = [
    {"area": area, "grade": 2}
    for area in ("quality_of_education", "behaviour_and_attitudes", "personal_development", "leadership_and_management")
]
OLDER = {"starts_on": "2024-03-05", "published_on": "2024-04-10", "safeguarding": "effective", "areas": OLDER_AREAS}

OLDEST = {"starts_on": "2018-05-10", "published_on": "2018-06-12", "safeguarding": None}


def first(**changes: Any) -> dict[str, Any]:
    """Return changes to the first area of a card."""
    areas = writing.areas()
    areas[0] = {**areas[0], **changes}
    return {"areas": areas}


def older(**changes: Any) -> list[dict[str, Any]]:
    """Return the areas of an older inspection, the first of them with a reason in place of its grade."""
    return [{**OLDER_AREAS[0], "grade": None, **changes}, *OLDER_AREAS[1:]]


class TestNeverWrong:
    @pytest.mark.parametrize(
        ("changes", "pointer", "code"),
        [
            (first(grade="brilliant"), "/areas/0/grade", "unknown_grade"),
            (first(grade="strong"), "/areas/0/grade", "unknown_grade"),  # a consultation's name is for files only
            (first(grade=2), "/areas/0/grade", "unknown_grade"),
            (first(area="quality_of_education"), "/areas/0/area", "not_in_framework"),
            (first(area="achievement"), "/areas/2/area", "repeated"),
            (first(judged_on="2026-01-05"), "/areas/0/judged_on", "out_of_order"),
            (first(judged_on="2026-02-11"), "/areas/0/judged_on", "out_of_order"),
            (first(grade_reason="not_judged"), "/areas/0/grade_reason", "not_needed"),
            (first(grade=None, grade_reason="not_judged"), "/areas/0/grade_reason", "unknown_code"),
            (first(grade="not_applicable"), "/areas/0/grade", "has_to_be_judged"),
            (first(grade=True), "/areas/0/grade", "json_type"),
            (first(grade=2.5), "/areas/0/grade", "int_type"),
            (first(judged_on="2026-01-06T00:00:00Z"), "/areas/0/judged_on", "date_from_datetime_parsing"),
            ({"starts_on": 1772496000}, "/starts_on", "json_type"),
            ({**OLDER, "areas": older(grade_reason="does_not_apply")}, "/areas/0/grade_reason", "has_to_be_judged"),
            ({**OLDER, "areas": older(grade_reason="not_judged")}, "/areas/0/grade_reason", "has_to_be_judged"),
            ({"published_on": "2026-01-05"}, "/published_on", "out_of_order"),
            ({"overall": 2}, "/overall", "not_in_framework"),
            ({"safeguarding": "effective"}, "/safeguarding", "unknown_code"),
            ({"category_of_concern": "XX"}, "/category_of_concern", "unknown_code"),
            ({"category_of_concern": "SWK"}, "/category_of_concern", "not_at_that_time"),
            ({"framework": "eif-2024"}, "/framework", "framework_mismatch"),
            ({"starts_on": "2025-11-09", "framework": "report-card-2025"}, "/framework", "framework_mismatch"),
            ({"outcome": "remains_good"}, "/outcome", "not_in_framework"),
            ({"kind": "ungraded", "areas": [], "safeguarding": None, "outcome": "fine"}, "/outcome", "unknown_code"),
            (
                {"evidence_references": [{"area": "sixth_form", "reference": "1"}]},
                "/evidence_references/0/area",
                "not_in_framework",
            ),
            ({**OLDER, "overall": 5}, "/overall", "unknown_grade"),
            ({**OLDER, "overall": 2, "category_of_concern": "RSI"}, "/category_of_concern", "not_at_that_time"),
            ({"urn": 999999}, "/urn", "unknown_school"),
        ],
    )
    async def test_a_draft_is_refused_where_it_is_wrong(
        self, inspectorate: httpx.AsyncClient, changes: dict[str, Any], pointer: str, code: str
    ) -> None:
        answer = await inspectorate.post("/v1/inspections", json=writing.card(**changes))
        assert answer.status_code == 422, answer.text
        assert (pointer, code) in writing.pointers(answer)

    @pytest.mark.parametrize(
        ("changes", "area"),
        [
            ({}, {"area": "post_16", "grade": "not_applicable"}),
            (OLDER, {"area": "sixth_form", "grade_reason": "does_not_apply"}),
            (OLDER, {"area": "early_years", "grade_reason": "not_judged"}),
            (
                {"starts_on": "2018-05-10", "safeguarding": None},
                {"area": "quality_of_education", "grade_reason": "not_judged"},
            ),
            ({**OLDER, "areas": []}, {"area": "quality_of_education", "grade_reason": "insufficient_evidence"}),
        ],
    )
    async def test_where_its_framework_has_it_an_area_may_be_left_unjudged(
        self, inspectorate: httpx.AsyncClient, changes: dict[str, Any], area: dict[str, Any]
    ) -> None:
        whole = writing.card(**changes)
        kept = [] if whole["starts_on"] < "2019" else whole["areas"]
        answer = await inspectorate.post("/v1/inspections", json={**whole, "areas": [*kept, area]})
        assert answer.status_code == 201, answer.text

    async def test_a_monitoring_inspection_is_held_to_the_areas_it_judges_again(
        self, inspectorate: httpx.AsyncClient, register: Register
    ) -> None:
        register.card(100001, starts_on=date(2025, 11, 12))
        areas = [{"area": area, "grade": "not_applicable"} for area in ("achievement", "post_16")]
        sent = writing.card(kind="monitoring", safeguarding=None, areas=areas)
        answer = await inspectorate.post("/v1/inspections", json=sent)
        assert writing.pointers(answer) == [("/areas/0/grade", "has_to_be_judged")]

    async def test_a_patch_is_held_to_the_same(self, inspectorate: httpx.AsyncClient) -> None:
        made = await writing.draft(inspectorate)
        path, current = f"/v1/inspections/{made['id']}", {"If-Match": "*"}
        other_scale = await inspectorate.patch(path, json={"starts_on": "2025-11-09"}, headers=current)
        no_start = await inspectorate.patch(path, json={"starts_on": None}, headers=current)
        unknown = await inspectorate.patch(path, json={"colour": "red"}, headers=current)

        assert ("/areas/0/area", "not_in_framework") in writing.pointers(other_scale)
        assert writing.pointers(no_start) == [("/starts_on", "missing")]
        assert unknown.status_code == 422
        assert (await inspectorate.get(path)).json()["starts_on"] == "2026-01-06"

    @pytest.mark.parametrize(
        ("starts_on", "framework"),
        [
            ("2019-08-31", "pre-eif"),
            ("2019-09-01", "eif-2019"),
            ("2024-09-01", "eif-2019"),
            ("2024-09-02", "eif-2024"),
            ("2025-11-09", "eif-2024"),
            ("2025-11-10", "report-card-2025"),
        ],
    )
    async def test_the_framework_follows_the_start(
        self, inspectorate: httpx.AsyncClient, starts_on: str, framework: str
    ) -> None:
        answer = await inspectorate.post("/v1/inspections", json={"urn": 100001, "starts_on": starts_on})
        assert answer.json()["framework"] == framework


async def publication(client: httpx.AsyncClient, body: dict[str, Any] | None = None, **changes: Any) -> httpx.Response:
    made = await writing.passed(client, **changes)
    return await client.post(f"/v1/inspections/{made['id']}/publication", json=body)


class TestNotWhole:
    @pytest.mark.parametrize(
        ("changes", "pointer", "code"),
        [
            ({"areas": writing.areas(inclusion=None)}, "/areas", "missing_area"),
            (first(grade=None), "/areas/0/grade", "missing"),
            ({"safeguarding": None}, "/safeguarding", "missing"),
            (OLDER, "/overall", "missing"),
            ({"kind": "ungraded", "areas": [], "safeguarding": None}, "/outcome", "missing"),
        ],
    )
    async def test_a_draft_tells_what_it_lacks_and_does_not_pass_without(
        self, inspectorate: httpx.AsyncClient, changes: dict[str, Any], pointer: str, code: str
    ) -> None:
        made = await writing.draft(inspectorate, **changes)
        path = f"/v1/inspections/{made['id']}"
        answer = await inspectorate.post(f"{path}/quality-assurance", json={"passed": True})
        assert [(each["pointer"], each["code"]) for each in made["lacks"]] == [(pointer, code)]
        assert answer.status_code == 422
        assert writing.pointers(answer) == [(pointer, code)]
        assert (await inspectorate.get(path)).json()["state"] == "draft"

    async def test_the_area_that_is_missing_is_named(self, inspectorate: httpx.AsyncClient) -> None:
        made = await writing.draft(inspectorate, areas=writing.areas(inclusion=None))
        answer = await inspectorate.post(f"/v1/inspections/{made['id']}/quality-assurance", json={"passed": True})
        assert "inclusion" in answer.json()["errors"][0]["detail"]

    async def test_one_that_passed_before_the_register_told_more_is_not_published(
        self, inspectorate: httpx.AsyncClient, register: Register
    ) -> None:
        register.school(100002, low_age=5, high_age=11, sixth_form=False, known_since=date(2025, 8, 31))
        made = await writing.passed(inspectorate, urn=100002)
        register.change("schools", 100002, low_age=4)
        answer = await inspectorate.post(f"/v1/inspections/{made['id']}/publication")
        assert writing.pointers(answer) == [("/areas", "missing_area")]


class TestWhereAnAreaApplies:
    """By the register of the day on which the inspection began; what it says today makes a doubt at most."""

    async def test_an_area_that_the_ages_called_for(self, inspectorate: httpx.AsyncClient, register: Register) -> None:
        register.school(100002, low_age=4, high_age=11, sixth_form=False, known_since=date(2026, 1, 6))
        made = await writing.draft(inspectorate, urn=100002)
        bare = await inspectorate.post(f"/v1/inspections/{made['id']}/quality-assurance", json={"passed": True})
        areas = [*writing.areas(), {"area": "early_years", "grade": "not_applicable"}]
        told = await writing.published(inspectorate, urn=100002, number="2", areas=areas)
        assert writing.pointers(bare) == [("/areas", "missing_area")]
        assert "early_years" in bare.json()["errors"][0]["detail"]
        assert told["warnings"] == []

    async def test_one_that_only_todays_ages_call_for_is_a_doubt(
        self, inspectorate: httpx.AsyncClient, register: Register
    ) -> None:
        register.school(100002, low_age=4, high_age=11, sixth_form=False, known_since=date(2026, 1, 7))
        made = await writing.published(inspectorate, urn=100002)
        assert [each["code"] for each in made["warnings"]] == ["area_may_be_missing"]

    async def test_one_that_the_ages_of_then_did_not_call_for_is_not_wanted(
        self, inspectorate: httpx.AsyncClient, register: Register
    ) -> None:
        register.school(100002, low_age=4, high_age=11, sixth_form=False, known_since=date(2025, 8, 31))
        register.school_change(100002, "low_age", 5, 4, date(2026, 1, 7))
        made = await writing.published(inspectorate, urn=100002)
        assert made["warnings"] == []

    async def test_before_the_education_framework_leadership_alone_is_wanted(
        self, inspectorate: httpx.AsyncClient, register: Register
    ) -> None:
        register.school(100002, low_age=3, high_age=18, sixth_form=True, known_since=date(2008, 1, 1))
        areas = [{"area": "leadership_and_management", "grade": 2}]
        made = await writing.published(inspectorate, urn=100002, **OLDEST, overall=2, areas=areas)
        assert [each["area"] for each in made["areas"]] == ["leadership_and_management"]
        assert made["warnings"] == []

    async def test_ages_that_speak_against_an_area_are_a_doubt_only(self, inspectorate: httpx.AsyncClient) -> None:
        made = await writing.published(
            inspectorate, areas=[*writing.areas(), {"area": "post_16", "grade": "expected_standard"}]
        )
        assert [each["code"] for each in made["warnings"]] == ["area_outside_ages"]


class TestOutsideTheSchoolsLifetime:
    """A doubt that bars nothing: what the register has of the dates may be wrong."""

    @pytest.mark.parametrize(
        ("dates", "told"),
        [
            ({"open_date": date(2026, 1, 7)}, ["inspected_before_opening"]),
            ({"open_date": date(2026, 1, 6)}, []),
            ({"close_date": date(2026, 1, 5), "status": "closed"}, ["inspected_after_closing"]),
            ({"close_date": date(2026, 1, 6), "status": "closed"}, []),
            ({"open_date": date(2000, 9, 1)}, []),
        ],
    )
    async def test_it_is_warned_of_from_the_draft_on(
        self, inspectorate: httpx.AsyncClient, register: Register, dates: dict[str, Any], told: list[str]
    ) -> None:
        register.school(100002, low_age=11, high_age=16, sixth_form=False, **dates)
        draft = await writing.passed(inspectorate, urn=100002)
        made = await inspectorate.post(f"/v1/inspections/{draft['id']}/publication")
        assert made.status_code == 200
        for document in (draft, made.json()):
            assert [each["code"] for each in document["warnings"]] == told

    async def test_one_held_under_a_predecessor_is_none(
        self, inspectorate: httpx.AsyncClient, register: Register
    ) -> None:
        register.school(100002, low_age=11, high_age=16, sixth_form=False, open_date=date(2026, 5, 1))
        for held_under, told in ((100009, []), (100002, ["inspected_before_opening"])):
            made = register.card(100002, number=str(held_under), urn_at_inspection=held_under)
            body = {"changes": {"summary": "Told anew."}, "reason": "r"}
            corrected = await inspectorate.post(f"/v1/inspections/{made}/corrections", json=body)
            assert corrected.status_code == 201, corrected.text
            assert [each["code"] for each in corrected.json()["warnings"]] == told


class TestNotPublishable:
    async def test_what_has_not_begun(self, inspectorate: httpx.AsyncClient) -> None:
        """Not even for a later day: what was found cannot be known yet."""
        future = {"starts_on": "2998-01-05", "published_on": "2999-01-01"}
        answer = await publication(inspectorate, **future)
        assert answer.status_code == 422
        assert writing.pointers(answer) == [("/starts_on", "in_the_future")]

    async def test_dates_out_of_order_at_publication(self, inspectorate: httpx.AsyncClient) -> None:
        answer = await publication(inspectorate, {"published_on": "2026-01-05"})
        assert writing.pointers(answer) == [("/published_on", "out_of_order")]


class TestCategory:
    @pytest.mark.parametrize(
        ("changes", "warnings"),
        [
            ({"areas": writing.areas(achievement="urgent_improvement")}, ["category_missing"]),
            ({"areas": writing.areas(achievement="urgent_improvement"), "category_of_concern": "RSI"}, []),
            ({"category_of_concern": "SM"}, ["category_mismatch"]),
            ({**OLDER, "overall": 4}, ["category_missing"]),
            ({**OLDER, "overall": 4, "category_of_concern": "SWK"}, []),
        ],
    )
    async def test_it_is_stored_as_given_and_doubted_where_grades_call_for_another(
        self, inspectorate: httpx.AsyncClient, changes: dict[str, Any], warnings: list[str]
    ) -> None:
        made = await writing.published(inspectorate, **changes)
        assert made["category_of_concern"] == changes.get("category_of_concern")
        assert [each["code"] for each in made["warnings"]] == warnings


class TestCorrection:
    @pytest.mark.parametrize(
        ("changes", "pointer", "code"),
        [
            (first(grade="brilliant"), "/changes/areas/0/grade", "unknown_grade"),
            ({"areas": []}, "/changes/areas", "missing_area"),
            ({"published_on": None}, "/changes/published_on", "missing"),
            ({"published_on": "2999-01-01"}, "/changes/published_on", "in_the_future"),
            ({"starts_on": "2998-01-05", "published_on": "2999-01-01"}, "/changes/starts_on", "in_the_future"),
            ({"starts_on": None}, "/changes/starts_on", "missing"),
            ({"number": None}, "/changes/number", "missing"),
            ({"kind": "ungraded"}, "/changes/kind", "not_correctable"),
            ({"safeguarding": "met"}, "/changes", "no_change"),
        ],
    )
    async def test_it_is_held_to_what_publication_is(
        self, inspectorate: httpx.AsyncClient, changes: dict[str, Any], pointer: str, code: str
    ) -> None:
        made = await writing.published(inspectorate)
        path = f"/v1/inspections/{made['id']}"
        answer = await inspectorate.post(f"{path}/corrections", json={"changes": changes, "reason": "r"})
        assert answer.status_code == 422
        assert (pointer, code) in writing.pointers(answer)
        assert (await inspectorate.get(path)).json() == made

    async def test_what_a_file_left_unjudged_does_not_bar_the_correction_of_something_else(
        self, inspectorate: httpx.AsyncClient, register: Register
    ) -> None:
        grades = {**dict.fromkeys(CARD_AREAS, "expected_standard"), "achievement": "not_applicable"}
        loaded = register.card(100001, starts_on=date(2026, 1, 6), grades=grades)
        path = f"/v1/inspections/{loaded}/corrections"
        told = await inspectorate.post(path, json={"changes": {"summary": "Told."}, "reason": "Left out."})
        worse = writing.areas(achievement="not_applicable", inclusion="not_applicable")
        refused = await inspectorate.post(path, json={"changes": {"areas": worse}, "reason": "Worse."})
        assert told.status_code == 201, told.text
        assert writing.pointers(refused) == [("/changes/areas/0/grade", "has_to_be_judged")]

    async def test_a_correction_without_a_reason_is_none(self, inspectorate: httpx.AsyncClient) -> None:
        made = await writing.published(inspectorate)
        answer = await inspectorate.post(
            f"/v1/inspections/{made['id']}/corrections", json={"changes": {"summary": "x"}}
        )
        assert writing.pointers(answer) == [("/reason", "missing")]


def test_the_areas_of_a_card_are_those_the_rules_require() -> None:
    assert [area["area"] for area in writing.areas()] == list(CARD_AREAS)
    assert date(2025, 11, 10) <= date.fromisoformat(writing.card()["starts_on"])
