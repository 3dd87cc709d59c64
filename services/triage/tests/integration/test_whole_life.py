"""A decision's whole life over HTTP, with the tokens of a school, a regional director and the public (none)."""

from datetime import date, timedelta
from typing import Any

import httpx
import pytest
from services.triage.tests.conftest import DFE, READS, Prepared, Service, director, party
from services.triage.tests.documents import facts, graded, maintained

from shared.clock import today
from shared.testing.tokens import bearer

URN, FAITH, MAINTAINED, SPECIAL = 100001, 100002, 100003, 100004
SCHOOL, TRUST = f"school:{URN}", "trust:5143"

PREPARED = Prepared(
    documents=(
        facts(URN, graded("2018-01-10", 3), graded("2023-05-01", 3)),
        facts(FAITH, graded(overall=3), religious_character="Roman Catholic"),
        maintained(MAINTAINED, graded(overall=3)),
        facts(SPECIAL, graded("2024-03-01", 4, category_of_concern="SM")),
    ),
    runs=("ippr-2023", "rise-2025"),
)
"""Schools in London: one stuck, a Catholic one, a maintained one, one in special measures."""


def yesterday() -> str:
    return (today() - timedelta(days=1)).isoformat()


@pytest.fixture
def case(prepared: Service) -> Service:
    return prepared


async def body_of(case: Service, urn: int, **changes: Any) -> dict[str, Any]:
    current = await case.assessment(urn)
    body = {
        "assessment_id": current["id"],
        "tier": "enhanced_support",
        "route": "support_and_oversight",
        "consulted": ["school", "responsible_body"],
        "effective_on": today().isoformat(),
    }
    return {**body, **changes}


async def decide(case: Service, urn: int, body: dict[str, Any], token: dict[str, str] | None = None) -> httpx.Response:
    return await case.post(f"/v1/schools/{urn}/decisions", body, token or director())


def code(answer: httpx.Response) -> tuple[int, str]:
    """The status and the code of the first error."""
    return answer.status_code, answer.json()["errors"][0]["code"]


async def public(case: Service, path: str, **params: Any) -> httpx.Response:
    return await case.client.get(path, params=params)


class TestTheWholeLife:
    async def test_proposal_notice_representations_decision(self, case: Service) -> None:
        school, regional = party(SCHOOL), director()
        body = await body_of(case, URN)
        of_assessment = f"/v1/assessments/{body['assessment_id']}/representations"

        # proposed: the school sees nothing and cannot speak, nobody decides
        assert (await case.get(f"/v1/schools/{URN}/assessment", school)).status_code == 404
        assert (await case.say(body["assessment_id"], SCHOOL, position="accepts")).status_code == 404
        assert (await case.say(body["assessment_id"], TRUST, position="accepts")).status_code == 409
        assert code(await decide(case, URN, body)) == (409, "no_notice")
        assert (await public(case, f"/v1/schools/{URN}/decisions")).json()["data"] == []

        # notice
        notice = await case.notice(body["assessment_id"])
        assert (notice["kind"], notice["tier"], notice["state"]) == ("notice_of_proposal", "enhanced_support", "open")
        seen = (await case.get(f"/v1/notices/{notice['id']}", school)).json()
        assert seen["issued_by"] is None
        assert "stuck" not in str(seen).lower()
        assert (await case.get(f"/v1/notices/{notice['id']}", party("trust:1"))).status_code == 404
        assert (await public(case, f"/v1/notices/{notice['id']}")).status_code == 401
        assert code(await decide(case, URN, body)) == (409, "representations_open")

        # representations
        assert (await case.post(of_assessment, {"position": "disputes"}, school)).status_code == 422
        said = await case.say(body["assessment_id"], SCHOOL, position="disputes", text="We have improved since.")
        assert (said.status_code, said.json()["party"]) == (201, "school")
        assert (await case.get(of_assessment, party(TRUST))).json()["data"] == []
        assert code(await decide(case, URN, body)) == (409, "representations_open")
        assert (await case.say(body["assessment_id"], TRUST, position="none")).status_code == 201
        assert [each["party"] for each in (await case.get(of_assessment, regional)).json()["data"]] == [
            "responsible_body",
            "school",
        ]

        # decision: by a person, a regional director, of the region
        client = bearer(scope=(*READS, "triage:decide"), org="dfe", role="regional-director", regions=["London"])
        team = bearer(scope=(*READS, "triage:decide"), org="dfe", role="improvement-team", regions=["London"], user="t")
        nowhere = bearer(scope=(*READS, "triage:decide"), org="dfe", role="regional-director", user="r")
        refused = [await decide(case, URN, body, token) for token in (client, team, nowhere, DFE, school)]
        assert [each.status_code for each in refused] == [403, 403, 403, 403, 403]
        assert (await decide(case, URN, body, director("North East"))).status_code == 404
        made = await decide(case, URN, body)
        assert made.status_code == 201, made.text
        assert (made.json()["notice_id"], made.json()["authoriser"]) == (notice["id"], "rd-1")
        assert (await decide(case, URN, body)).status_code == 409
        late = await case.say(body["assessment_id"], SCHOOL, position="accepts")
        assert (late.status_code, late.json()["type"]) == (409, "urn:problem:representations-not-open")
        decision = f"/v1/decisions/{made.json()['id']}"
        assert (await case.get(decision, school)).json()["state"] == "made"
        assert (await public(case, decision)).status_code == 404
        assert (await case.get(decision, party("trust:1"))).status_code == 404

    async def test_what_was_decided_before_words_were_refused_is_published_without_them(self, case: Service) -> None:
        made = await case.decide(URN, reason="Agreed.", conditions=["Reviewed each term."])
        older = {
            "reason": "The school is st\u03c5ck.",
            "conditions": ["Off the watch list, then reviewed."],
            "id": made["id"],
        }
        sql = "UPDATE decisions SET reason = :reason, conditions = :conditions WHERE id = :id RETURNING 1"
        await case.rows(sql, **older)
        path = f"/v1/decisions/{made['id']}/publication"
        refused = await case.post(path, {}, director())
        assert code(refused) == (422, "confidential_flag")
        assert refused.json()["errors"][0]["pointer"] == "/reason"
        assert (await public(case, path)).status_code == 404
        told = await case.post(path, {"reason": "Results have fallen."}, director())
        assert told.status_code == 201, told.text
        shown = (await public(case, f"/v1/decisions/{made['id']}")).json()
        assert shown["reason"] == "Results have fallen."
        assert shown["conditions"] == ["Off the [removed: a confidential flag], then reviewed."]

    async def test_publication_and_what_the_public_reads_before_and_after(self, case: Service) -> None:
        school, regional = party(SCHOOL), director()
        words = "Mrs Example (head@school.example.org) agrees."
        made = await case.decide(URN, reason=words, reason_code="representations")
        decision = f"/v1/decisions/{made['id']}"
        assert (await case.post(f"{decision}/publication", {}, school)).status_code == 403
        client = bearer(scope=(*READS, "triage:decide"), org="dfe", role="regional-director", regions=["London"])
        assert (await case.post(f"{decision}/publication", {}, client)).status_code == 403
        assert (await case.post(f"{decision}/publication", {}, director("North East"))).status_code == 404
        named = await case.post(f"{decision}/publication", {"reason": "Mr Example left."}, regional)
        assert code(named) == (422, "named_person")
        flagged = await case.post(f"{decision}/publication", {"reason": "The school is STUCK."}, regional)
        assert code(flagged) == (422, "confidential_flag")
        assert "STUCK" in flagged.json()["errors"][0]["detail"]
        told = await case.post(f"{decision}/publication", {}, regional)
        assert told.status_code == 201, told.text
        assert {each["rule"] for each in told.json()["redactions"]} == {
            "named_person",
            "email_address",
        }
        assert (await case.post(f"{decision}/publication", {}, regional)).status_code == 409

        answer = await public(case, decision)
        assert "public" in answer.headers["cache-control"]
        assert "Authorization" in answer.headers["vary"]  # whoever reads cases is answered otherwise
        shown = answer.json()
        assert (shown["tier"], shown["route"]) == ("enhanced_support", "support_and_oversight")
        for hidden in ("rd-1", "Mrs", "example.org", "stuck", "proposed", "trust:5143"):
            assert hidden not in str(shown)
        assert shown["reasons"] != []
        assert (await public(case, f"/v1/schools/{URN}/decisions")).json()["data"] == [shown]
        assert (await public(case, "/v1/published-decisions", region="London")).json()["data"] == [shown]
        for path in (f"/v1/schools/{URN}/decisions", "/v1/published-decisions"):
            assert (await public(case, path, as_of=yesterday())).json()["data"] == []
        assert (await public(case, f"{decision}/publication", as_of=yesterday())).status_code == 404
        before = (await case.get(f"/v1/schools/{URN}/decisions", regional, as_of=yesterday())).json()["data"]
        assert before == []

    async def test_after_the_time_it_is_decided_without_a_word(self, case: Service) -> None:
        body = await body_of(case, URN)
        notice = await case.notice(body["assessment_id"])
        until = date.fromisoformat(notice["representations_until"])
        case.on(until)
        assert code(await decide(case, URN, body)) == (409, "representations_open")
        case.on(until + timedelta(days=1))
        assert (await case.say(body["assessment_id"], SCHOOL, position="accepts")).status_code == 409
        assert (await decide(case, URN, body)).status_code == 201

    async def test_a_later_published_decision_supersedes_the_one_before(self, case: Service) -> None:
        body = await body_of(case, URN)
        await case.hear(body["assessment_id"])
        first = (await decide(case, URN, body)).json()["id"]
        await case.post(f"/v1/decisions/{first}/publication", {}, director())
        assert (await public(case, f"/v1/decisions/{first}")).json()["state"] == "made"
        again = {**body, "route": "change_governance", "supersedes": first, "reason": "The trust leaves."}
        replacement = (await decide(case, URN, again)).json()
        second = replacement["id"]
        closed = (await public(case, f"/v1/decisions/{first}")).json()
        assert (closed["state"], closed["superseded_at"]) == ("superseded", replacement["decided_at"])
        listed = (await public(case, f"/v1/schools/{URN}/decisions")).json()["data"]
        for undisclosed in (second, "change_governance", "The trust leaves."):
            assert undisclosed not in str(listed)
        await case.post(f"/v1/decisions/{second}/publication", {}, director())
        assert (await public(case, f"/v1/decisions/{first}")).json() == closed
        assert (await public(case, f"/v1/decisions/{second}")).json()["supersedes"] == first
        late = await case.post(f"/v1/decisions/{first}/publication", {}, director())
        assert late.status_code == 409


class TestNotices:
    async def test_the_diocese_is_told_before_the_trust(self, case: Service) -> None:
        current = await case.assessment(FAITH)
        wanted = {"assessment_id": current["id"], "religious_authority": "diocese:CC01"}
        given = (await case.post("/v1/notices", wanted, director())).json()
        assert (given["state"], given["notice_order"], given["representations_until"]) == (
            "being_served",
            "catholic",
            None,
        )
        path = f"/v1/notices/{given['id']}"
        assert (await case.get(path, party("diocese:CC01"))).status_code == 200
        assert (await case.get(path, party(TRUST))).status_code == 404
        early = await case.say(current["id"], "diocese:CC01", position="accepts")
        assert early.status_code == 409
        assert code(await decide(case, FAITH, await body_of(case, FAITH))) == (409, "notice_not_served")
        served = await case.post(f"{path}/service", {}, director())
        assert served.json()["state"] == "open"
        assert (await case.get(path, party(TRUST))).status_code == 200
        assert (await case.post(f"{path}/service", {}, director())).status_code == 409

    async def test_a_diocese_that_is_to_be_told_has_to_be_named(self, case: Service) -> None:
        current = await case.assessment(FAITH)
        wanted = {"assessment_id": current["id"]}
        assert code(await case.post("/v1/notices", wanted, director())) == (422, "religious_authority_required")
        body = await body_of(case, FAITH, reason="Pupils are not safe.", urgent={"ground": "safeguarding"})
        urgent = await decide(case, FAITH, body)
        assert code(urgent) == (422, "religious_authority_required")
        assert urgent.json()["errors"][0]["pointer"] == "/urgent/religious_authority"
        named = {"ground": "safeguarding", "religious_authority": "diocese:CC01"}
        assert (await decide(case, FAITH, {**body, "urgent": named})).status_code == 201

    async def test_nothing_is_decided_on_a_notice_that_left_the_diocese_out(self, case: Service) -> None:
        current = await case.assessment(FAITH)
        notice = await case.hear(current["id"], religious_authority="diocese:CC01")
        left_out = "SELECT jsonb_agg(CASE WHEN each ->> 'party' = 'religious_authority' THEN each || '{\"org\": null}'"
        left_out += " ELSE each END) FROM jsonb_array_elements(recipients) AS each"
        await case.rows(f"UPDATE notices SET recipients = ({left_out}) RETURNING 1")
        body = await body_of(case, FAITH)
        assert code(await decide(case, FAITH, body)) == (409, "religious_authority_not_told")
        anew = await case.hear(current["id"], religious_authority="diocese:CC01")
        assert anew["id"] != notice["id"]
        assert (await decide(case, FAITH, body)).status_code == 201

    @pytest.mark.parametrize(
        ("urn", "kind"), [(URN, "termination_warning_notice"), (MAINTAINED, "notice_to_enter_into_arrangements")]
    )
    async def test_the_kind_follows_from_the_body(self, case: Service, urn: int, kind: str) -> None:
        current = await case.assessment(urn)
        notice = await case.notice(current["id"], tier="immediate_action", grounds="No capacity to improve.")
        assert notice["kind"] == kind

    async def test_more_than_proposed_needs_grounds(self, case: Service) -> None:
        current = await case.assessment(URN)
        wanted = {"assessment_id": current["id"], "tier": "immediate_action"}
        assert code(await case.post("/v1/notices", wanted, director())) == (422, "grounds_required")
        flagged = {**wanted, "grounds": "It is stuck."}
        assert code(await case.post("/v1/notices", flagged, director())) == (422, "confidential_flag")

    async def test_twice_is_a_conflict_and_another_tier_takes_its_place(self, case: Service) -> None:
        current = await case.assessment(URN)
        first = await case.notice(current["id"])
        assert (await case.post("/v1/notices", {"assessment_id": current["id"]}, director())).status_code == 409
        await case.notice(current["id"], tier="immediate_action", grounds="No capacity to improve.")
        assert (await case.get(f"/v1/notices/{first['id']}", director())).json()["state"] == "replaced"

    async def test_lapses_with_the_proposal(self, case: Service) -> None:
        current = await case.assessment(URN)
        notice = await case.notice(current["id"])
        await case.load(facts(URN, graded("2023-05-01", 3), graded("2026-05-01", 4)))
        await case.run()
        assert (await case.get(f"/v1/notices/{notice['id']}", party(SCHOOL))).json()["state"] == "lapsed"
        assert (await case.say(current["id"], SCHOOL, position="accepts")).status_code == 409
        again = await case.post("/v1/notices", {"assessment_id": current["id"]}, director())
        assert (again.status_code, again.json()["type"]) == (409, "urn:problem:assessment-superseded")

    async def test_is_closed_to_a_body_that_the_school_left(self, case: Service) -> None:
        body = await body_of(case, URN)
        notice = await case.hear(body["assessment_id"])
        new = {"kind": "trust", "id": "77", "name": "Another"}
        moved = facts(
            URN,
            graded("2018-01-10", 3),
            graded("2023-05-01", 3),
            responsible_body=new,
            trust={"uid": "77", "name": "Another", "kind": "multi_academy_trust"},
        )
        await case.load(moved)
        assert (await case.get(f"/v1/notices/{notice['id']}", party(TRUST))).status_code == 404
        of_assessment = f"/v1/assessments/{body['assessment_id']}/representations"
        assert (await case.get(of_assessment, party(TRUST))).status_code == 404
        refused = await decide(case, URN, {**body, "consulted": ["school", "trust:77"]})
        assert code(refused) == (409, "responsible_body_changed")
        assert (await case.notice(body["assessment_id"]))["id"] != notice["id"]

    @pytest.mark.parametrize(
        ("token", "status"),
        [
            (DFE, 403),
            (director("North East"), 404),
            (bearer(scope=(*READS, "notices:issue"), org="dfe", role="partner", regions=["London"], user="p"), 403),
            (bearer(scope=(*READS, "notices:issue"), org="dfe", role="regional-director", regions=["London"]), 403),
        ],
    )
    async def test_who_may_not_give_one(self, case: Service, token: dict[str, str], status: int) -> None:
        current = await case.assessment(URN)
        assert (await case.post("/v1/notices", {"assessment_id": current["id"]}, token)).status_code == status

    async def test_not_under_a_scheme_without_decisions(self, case: Service) -> None:
        current = await case.assessment(URN, "rise-2025")
        answer = await case.post("/v1/notices", {"assessment_id": current["id"]}, director())
        assert code(answer) == (422, "not_decided_under_this_scheme")


class TestTheProcedureIsPublic:
    async def test_its_versions_and_days(self, case: Service) -> None:
        versions = (await public(case, "/v1/procedure-versions")).json()["data"]
        assert [(each["kind"], each["version"]) for each in versions] == [
            ("procedure", 1),
            ("procedure", 2),
            ("school-holidays", 1),
        ]
        whole = (await public(case, "/v1/procedure-versions/procedure/1")).json()
        assert whole["document"]["decision"]["route_required"] == ["enhanced_support"]
        found = (await public(case, "/v1/school-days", after="2026-12-14", school_days=10)).json()
        assert (found["on"], found["not_counted"]) == ("2027-01-11", ["Christmas 2026"])
        assert (await public(case, "/v1/procedure-versions/procedure/99")).status_code == 404

    async def test_its_codes_are_reference_data(self, case: Service) -> None:
        found = (await public(case, "/v1/reference-data")).json()
        assert [each["code"] for each in found["authorisers"]] == ["regional-director"]
        for name in ("decision_reasons", "notice_kinds", "representation_positions", "urgent_grounds", "parties"):
            assert all(each["label"] for each in found[name]), name
            assert found[name], name
