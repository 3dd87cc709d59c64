"""Progress data of one school: who may, what is refused, versions, what is shown, what a release makes public."""

from typing import Any

import psycopg
import pytest
from services.inspection.tests.integration.pupils.conftest import (
    ACADEMY,
    MAINTAINED,
    OTHERS,
    TERM,
    People,
    figures,
    path_of,
    shown,
)
from services.inspection.tests.integration.reads.rows import Register

OWN, OTHER, LA, SCHOOL = "trust:5143", "trust:5144", "la:201", f"school:{ACADEMY}"
BODY = figures(pupils_on_roll=380, fsm_eligible=95, attendance=94.2)


class TestAccess:
    async def test_needs_a_token_and_the_scope(self, people: People) -> None:
        assert (await people.send(None, "PUT", path_of(), json=BODY)).status_code == 401
        for method, scope in (("PUT", "progress:read"), ("GET", "progress:write"), ("GET", "schools:read")):
            answer = await people.send(OWN, method, path_of(), scope=scope, json=BODY)
            assert answer.status_code == 403
        answer = await people.send(OWN, "POST", f"{path_of()}/release", scope="progress:read progress:write")
        assert answer.status_code == 403

    @pytest.mark.parametrize(
        ("org", "urn"),
        [(OTHER, ACADEMY), (LA, ACADEMY), (SCHOOL, ACADEMY), ("dfe", ACADEMY), (OWN, OTHERS), (OWN, MAINTAINED),
         (OWN, 999_999), ("partner:one", ACADEMY), ("la:202", MAINTAINED)],
    )  # fmt: skip
    async def test_only_the_responsible_body_writes(self, people: People, org: str, urn: int) -> None:
        assert (await people.send(org, "PUT", path_of(urn), json=BODY)).status_code == 404
        assert (await people.send(org, "POST", f"{path_of(urn)}/release")).status_code == 404

    async def test_the_local_authority_writes_for_its_maintained_school(self, people: People) -> None:
        assert (await people.send(LA, "PUT", path_of(MAINTAINED), json=BODY)).status_code == 201
        assert (await people.send(LA, "POST", f"{path_of(MAINTAINED)}/release")).status_code == 200

    async def test_private_figures_are_seen_by_the_trust_the_school_and_the_department(self, people: People) -> None:
        await people.send(OWN, "PUT", path_of(), json=BODY)
        for org in (OWN, SCHOOL, "dfe"):
            assert (await people.send(org, "GET", path_of())).status_code == 200, org
            terms = (await people.send(org, "GET", f"/v1/schools/{ACADEMY}/progress-data")).json()["data"]
            assert [each["period"] for each in terms] == ["2025-26-autumn"], org
        for org in (OTHER, LA, "school:100002", "partner:one", "ofsted", "ops"):
            assert (await people.send(org, "GET", path_of())).status_code == 404, org
            assert (await people.send(org, "GET", f"/v1/schools/{ACADEMY}/progress-data")).json()["data"] == []

    async def test_row_level_security_stands_behind_the_filter(
        self, people: People, database: psycopg.Connection[Any]
    ) -> None:
        await people.send(OWN, "PUT", path_of(), json=BODY)
        database.execute("SET app.visibility = 'none'")
        assert database.execute("SELECT * FROM progress_versions").fetchall() == []
        database.execute("SET app.orgs = 'trust:5144'")
        assert database.execute("SELECT * FROM progress_versions").fetchall() == []
        database.execute("SET app.orgs = 'trust:5143'")
        assert len(database.execute("SELECT * FROM progress_versions").fetchall()) == 1

    async def test_a_trust_that_a_school_leaves_loses_sight_of_it(
        self, people: People, database: psycopg.Connection[Any]
    ) -> None:
        await people.send(OWN, "PUT", path_of(), json=BODY)
        database.execute("UPDATE schools SET trust_uid = '5144', rb_id = '5144' WHERE urn = %s", [ACADEMY])
        assert (await people.send(OWN, "GET", path_of())).status_code == 404
        assert (await people.send(OWN, "PUT", path_of(), json=BODY)).status_code == 404
        assert (await people.send(OTHER, "GET", path_of())).status_code == 200
        database.execute("SET app.visibility = 'none'")
        database.execute("SET app.orgs = 'trust:5143'")
        assert database.execute("SELECT * FROM progress_versions").fetchall() == []


class TestWriting:
    async def test_the_first_is_created_and_read_back(self, people: People) -> None:
        answer = await people.send(OWN, "PUT", path_of(), json=BODY)
        assert (answer.status_code, answer.headers["Location"]) == (201, path_of())
        read = await people.send(OWN, "GET", path_of())
        assert read.json() == answer.json()
        assert read.headers["etag"] == answer.headers["etag"]
        assert "private" in read.headers["cache-control"]
        document = read.json()
        assert (document["urn"], document["period"], document["version"]) == (ACADEMY, "2025-26-autumn", 1)
        assert (document["released_on"], document["validated"]) == (None, False)
        assert shown(document) == {
            "pupils_on_roll": (380, "value"), "fsm_eligible": (95, "value"), "attendance": (94.2, "value"),
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("figure", "field"),
        [({"value": True}, "value"), ({"value": "12"}, "value"), ({"value": 12, "cohort": "20"}, "cohort")],
    )
    async def test_a_number_is_one_of_json(self, people: People, figure: dict[str, Any], field: str) -> None:
        body = {"measures": [{"code": "pupils_on_roll", **figure}]}
        answer = await people.send(OWN, "PUT", path_of(), json=body)
        assert answer.status_code == 422
        (error,) = answer.json()["errors"]
        assert error["pointer"] == f"/measures/0/{field}"
        assert error["detail"] == "Here a number is wanted, as JSON has it."

    async def test_another_needs_the_etag_of_the_one_it_replaces(self, people: People) -> None:
        first = await people.send(OWN, "PUT", path_of(), json=BODY)
        changed = figures(pupils_on_roll=400, fsm_eligible=95)
        assert (await people.send(OWN, "PUT", path_of(), json=changed)).status_code == 428
        stale = {"If-Match": '"stale"'}
        assert (await people.send(OWN, "PUT", path_of(), json=changed, headers=stale)).status_code == 412
        current = {"If-Match": first.headers["etag"]}
        second = await people.send(OWN, "PUT", path_of(), json=changed, headers=current)
        assert (second.status_code, second.json()["version"]) == (200, 2)
        again = await people.send(OWN, "PUT", path_of(), json=changed, headers={"If-Match": second.headers["etag"]})
        assert (again.status_code, again.json()["version"]) == (200, 2)
        before = await people.send(OWN, "GET", path_of(), params={"version": 1})
        assert shown(before.json())["pupils_on_roll"] == (380, "value")
        assert (await people.send(OWN, "PUT", path_of(), json=changed, headers=current)).status_code == 412

    async def test_the_first_takes_no_etag(self, people: People) -> None:
        answer = await people.send(OWN, "PUT", path_of(), json=BODY, headers={"If-Match": '"any"'})
        assert answer.status_code == 412

    @pytest.mark.parametrize(
        "period",
        ["2025-26", "2025-27-autumn", "2025-26-winter", "autumn", "2099-00-autumn", "1066-67-autumn", "1998-99-summer"],
    )
    async def test_a_period_is_a_term_that_has_begun(self, people: People, period: str) -> None:
        answer = await people.send(OWN, "PUT", path_of(term=period), json=BODY)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "period")

    @pytest.mark.parametrize(
        ("body", "pointer", "code"),
        [
            (figures(pupil_names=3), "/measures/0/code", "unknown_code"),
            (figures(fsm_ever6_percent=3), "/measures/0/code", "unknown_code"),
            (figures(attendance=(100.5, 30)), "/measures/0/value", "out_of_range"),
            (figures(pupils_on_roll=-1), "/measures/0/value", "out_of_range"),
            (figures(pupils_on_roll=30.5), "/measures/0/value", "not_whole"),
            (figures(attendance=94.0), "/measures/0/cohort", "cohort_missing"),
            (figures(pupils_on_roll=30, fsm_eligible=31), "/measures/1/value", "count_above_cohort"),
            (figures(fsm_eligible=(31, 30)), "/measures/0/value", "count_above_cohort"),
            (figures(pupils_on_roll=100, fsm_eligible=(94, 97)), "/measures/1/cohort", "cohort_is_not_the_roll"),
            (figures(pupils_on_roll=30, attendance=(94, 31)), "/measures/1/cohort", "cohort_above_roll"),
            (figures(progress_below=(10, 30), progress_expected=(10, 30), progress_above=(11, 30)),
             "/measures/2/value", "parts_above_whole"),
            (figures(progress_below=(10, 30), progress_expected=(10, 31)), "/measures/1/cohort", "cohorts_differ"),
            (figures(attainment_higher=(60, 30), attainment_expected=(50, 30)),
             "/measures/0/value", "part_above_whole"),
            ({"measures": [{"code": "attendance", "value": 90, "cohort": 30, "status": "suppressed"}]},
             "/measures/0/status", "status_contradicts_value"),
            ({"measures": [{"code": "attendance", "value": None, "status": "value"}]},
             "/measures/0/status", "status_contradicts_value"),
            ({"measures": BODY["measures"] * 2}, "/measures/3/code", "duplicate"),
            ({**BODY, "urn": OTHERS}, "/urn", "contradiction"),
        ],
    )  # fmt: skip
    async def test_what_cannot_be_true_is_refused_by_field(
        self, people: People, body: dict[str, Any], pointer: str, code: str
    ) -> None:
        answer = await people.send(OWN, "PUT", path_of(), json=body)
        assert answer.status_code == 422, answer.text
        assert (pointer, code) in {(each["pointer"], each["code"]) for each in answer.json()["errors"]}

    @pytest.mark.parametrize("extra", [{"pupils": [{"upn": "A1"}]}, {"version": 3}])
    async def test_no_field_of_a_pupil_is_taken(self, people: People, extra: dict[str, Any]) -> None:
        assert (await people.send(OWN, "PUT", path_of(), json={**BODY, **extra})).status_code == 422
        body = {"measures": [{**BODY["measures"][0], **extra}]}
        assert (await people.send(OWN, "PUT", path_of(), json=body)).status_code == 422


class TestWhatIsShown:
    async def test_missing_suppressed_not_collected_and_zero_are_four_things(self, people: People) -> None:
        body = figures(
            pupils_on_roll=380,
            fsm_eligible=0,
            attendance=("suppressed", 380),
            persistent_absence=("not_collected", 380),
            progress_score="missing",
        )
        assert shown((await people.send(OWN, "PUT", path_of(), json=body)).json()) == {
            "pupils_on_roll": (380, "value"),
            "fsm_eligible": (0, "value"),
            "attendance": (None, "suppressed"),
            "persistent_absence": (None, "not_collected"),
            "progress_score": (None, "missing"),
        }

    @pytest.mark.parametrize("org", [OWN, SCHOOL, "dfe"])
    async def test_small_cells_are_hidden_from_everybody(self, people: People, org: str) -> None:
        body = figures(
            pupils_on_roll=200,
            fsm_eligible=4,
            attendance=(91.0, 198),
            attainment_expected=(60.0, 50),
            attainment_higher=(4.0, 50),
            progress_below=(3, 50),
            progress_expected=(7, 50),
            progress_above=(40, 50),
            progress_score=(1.5, 5),
        )
        await people.send(OWN, "PUT", path_of(), json=body)
        document = (await people.send(org, "GET", path_of())).json()
        assert shown(document) == {
            "pupils_on_roll": (200, "value"),
            "fsm_eligible": (None, "suppressed"),
            "attendance": (91.0, "value"),
            "attainment_expected": (60.0, "value"),
            "attainment_higher": (None, "suppressed"),
            "progress_below": (None, "suppressed"),
            "progress_expected": (7, "value"),
            "progress_above": (None, "suppressed"),
            "progress_score": (None, "suppressed"),
        }
        cohorts = {each["code"]: each["cohort"] for each in document["measures"]}
        assert (cohorts["attendance"], cohorts["progress_above"], cohorts["progress_score"]) == (None, 50, None)

    async def test_nothing_is_shown_of_a_handful_of_pupils(self, people: People) -> None:
        body = figures(pupils_on_roll=5, fsm_eligible=5, attendance=91.0)
        answer = await people.send(OWN, "PUT", path_of(), json=body)
        assert {status for _, status in shown(answer.json()).values()} == {"suppressed"}


class TestARelease:
    async def dashboard(self, people: People) -> dict[str, Any]:
        answer = await people.send(None, "GET", f"/v1/schools/{ACADEMY}/dashboard")
        assert answer.status_code == 200, answer.text
        return {each["code"]: each for each in answer.json()["measures"]}

    async def test_makes_the_term_public_and_says_that_nobody_validated_it(
        self, people: People, database: psycopg.Connection[Any]
    ) -> None:
        await people.send(OWN, "PUT", path_of(), json=BODY)
        assert await self.dashboard(people) == {}
        answer = await people.send(OWN, "POST", f"{path_of()}/release")
        assert (answer.status_code, answer.json()["released_on"] is not None) == (200, True)
        found = (await self.dashboard(people))["fsm_eligible"]
        assert (found["validated"], found["note"]) == (False, "Supplied by the school, not validated")
        (point,) = found["series"]
        assert (point["period"], point["period_label"]) == ("2025-26-autumn", "Autumn term 2025/26")
        assert (point["school"]["value"], point["england"]["status"]) == (95, "not_collected")
        public = await people.send(OTHER, "GET", path_of())
        assert (public.status_code, public.json()["note"]) == (200, "Supplied by the school, not validated")
        told = database.execute("SELECT subject FROM outbox WHERE type LIKE 'inspection.progress%'").fetchall()
        assert told == [(str(ACADEMY),)]

    async def test_is_needed_again_for_a_newer_version(self, people: People) -> None:
        first = await people.send(OWN, "PUT", path_of(), json=BODY)
        released = await people.send(OWN, "POST", f"{path_of()}/release")
        blocked = await people.send(OWN, "POST", f"{path_of()}/release")
        assert (blocked.status_code, "Version 1" in blocked.json()["detail"]) == (409, True)
        changed = figures(pupils_on_roll=420, fsm_eligible=120, attendance=95)
        stale = await people.send(OWN, "PUT", path_of(), json=changed, headers={"If-Match": first.headers["etag"]})
        assert stale.status_code == 412  # it has been released since
        tag = {"If-Match": released.headers["etag"]}
        assert (await people.send(OWN, "PUT", path_of(), json=changed, headers=tag)).status_code == 200
        assert (await self.dashboard(people))["fsm_eligible"]["series"][0]["school"]["value"] == 95
        assert shown((await people.send(OTHER, "GET", path_of())).json())["fsm_eligible"] == (95, "value")
        assert (await people.send(OTHER, "GET", path_of(), params={"version": 2})).status_code == 404
        assert (await people.send(OWN, "POST", f"{path_of()}/release")).status_code == 200
        assert (await self.dashboard(people))["fsm_eligible"]["series"][0]["school"]["value"] == 120

    async def test_does_not_tell_a_correction_by_a_few_pupils(self, people: People) -> None:
        await people.send(OWN, "PUT", path_of(), json=BODY)
        tag = {"If-Match": (await people.send(OWN, "POST", f"{path_of()}/release")).headers["etag"]}
        corrected = figures(pupils_on_roll=380, fsm_eligible=97, attendance=94.2)
        mine = await people.send(OWN, "PUT", path_of(), json=corrected, headers=tag)
        assert shown(mine.json())["fsm_eligible"] == (None, "suppressed")
        await people.send(OWN, "POST", f"{path_of()}/release")
        found = await self.dashboard(people)
        assert found["fsm_eligible"]["series"][0]["school"] == {
            "value": None, "status": "suppressed", "schools": 1, "weighting": None,
        }  # fmt: skip
        assert found["pupils_on_roll"]["series"][0]["school"]["value"] == 380

    async def test_hides_from_everybody_what_it_hides_from_anybody(self, people: People) -> None:
        tag = {}
        for below, expected, above in ((20, 15, 5), (8, 3, 29), (8, 10, 22)):
            body = figures(progress_below=(below, 40), progress_expected=(expected, 40), progress_above=(above, 40))
            assert (await people.send(OWN, "PUT", path_of(), json=body, headers=tag)).status_code in {200, 201}
            released = await people.send(OWN, "POST", f"{path_of()}/release")
            tag = {"If-Match": released.headers["etag"]}
            for org in (OWN, SCHOOL, "dfe", OTHER):
                read = (await people.send(org, "GET", path_of())).json()
                assert read["measures"] == released.json()["measures"], org
            points = {code: each["series"][0]["school"] for code, each in (await self.dashboard(people)).items()}
            assert {code: (each["value"], each["status"]) for code, each in points.items()} == shown(read)
            assert shown(read)["progress_below"] == (below, "value")
            assert shown(read)["progress_expected"] == shown(read)["progress_above"] == (None, "suppressed")
        for org in (OWN, "dfe"):
            first = await people.send(org, "GET", path_of(), params={"version": 1})
            assert shown(first.json())["progress_below"] == (20, "value")

    async def test_of_nothing_is_not_found(self, people: People) -> None:
        assert (await people.send(OWN, "POST", f"{path_of()}/release")).status_code == 404


class TestBesideOfficialFigures:
    async def test_what_gives_a_few_away_beside_them_is_hidden_from_everybody(
        self, people: People, register: Register
    ) -> None:
        year = TERM[: len("2024-25")]
        register.figure(ACADEMY, "fsm_ever6_percent", year, 50.0, cohort=380)
        await people.send(OWN, "PUT", path_of(), json=figures(pupils_on_roll=380, fsm_eligible=187))
        await people.send(OWN, "POST", f"{path_of()}/release")
        for org in (OWN, "dfe", "trust:5144"):
            document = (await people.send(org, "GET", path_of())).json()
            assert shown(document) == {"pupils_on_roll": (380, "value"), "fsm_eligible": (None, "suppressed")}

    async def test_a_roll_far_from_the_registers_is_hidden(self, people: People) -> None:
        await people.send(OWN, "PUT", path_of(), json=figures(pupils_on_roll=189))
        document = (await people.send(OWN, "GET", path_of())).json()
        assert shown(document) == {"pupils_on_roll": (None, "suppressed")}
