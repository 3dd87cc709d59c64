"""The directory: one leader, whole rosters, and the records that the rules look at."""

from __future__ import annotations

from typing import Any

import pytest
from services.brokering.tests.matching_world import (
    DFE,
    FAR_PARTNER,
    PARTNER,
    MatchingWorld,
    as_leader,
    as_trust,
    in_trust,
    leader_document,
)

from shared.testing.tokens import bearer

HEADER = (
    "leader_ref,role,organisation_type,organisation_id,organisation_name,base_urn,region,lat,lng,phases,"
    "schools_in_organisation,schools_turned_round,days_available,max_concurrent\n"
)
GOOD = 'CEO-15711,trust_ceo,trust,15711,"O\'Brien & Søn, Trust",,West Midlands,52.4,-1.4,primary|secondary,8,6,20,2\n'
PLAIN = "NLE-100556,nle,local_authority,Lambeth,Lambeth,100556,London,,,primary,,1,6.5,1\n"


async def load(world: MatchingWorld, body: str, headers: dict[str, str] = DFE, status: int = 200) -> Any:
    sent = {**headers, "Content-Type": "text/csv"}
    answer = await world.client.post("/v1/leaders/batches", headers=sent, content=body.encode())
    assert answer.status_code == status, answer.text
    return answer.json()


class TestAccess:
    async def test_a_trust_may_not_read_the_directory(self, world: MatchingWorld) -> None:
        assert (await world.client.get("/v1/leaders")).status_code == 401
        await world.get("/v1/leaders", as_trust("5143"), status=403)

    async def test_a_leader_sees_itself_by_id_or_reference_and_nobody_else(self, world: MatchingWorld) -> None:
        own, other = await world.leader("CEO-00001"), await world.leader("CEO-00002")
        for name in (own["id"], "CEO-00001"):
            listed = (await world.get("/v1/leaders", as_leader(name)))["data"]
            assert [each["id"] for each in listed] == [own["id"]]
        await world.get(f"/v1/leaders/{other['id']}", as_leader(own["id"]), status=404)
        await world.get(f"/v1/leaders/{other['id']}/interests", as_leader(own["id"]), status=404)

    async def test_a_partner_sees_leaders_of_every_region(self, world: MatchingWorld) -> None:
        made = await world.leader("CEO-00001")
        assert (await world.get(f"/v1/leaders/{made['id']}", FAR_PARTNER))["id"] == made["id"]


class TestRosters:
    async def test_a_roster_without_designation_or_remote_flag_is_valid_and_flagged(self, world: MatchingWorld) -> None:
        answer = await load(world, HEADER + GOOD + PLAIN)
        assert answer["counts"] == {"received": 2, "created": 2, "changed": 0, "unchanged": 0, "rejected": 0}
        first, second = (await world.get("/v1/leaders"))["data"]
        assert first["organisation"] == {"kind": "trust", "id": "15711", "name": "O'Brien & Søn, Trust"}
        assert (first["phases"], first["remote"], first["flags"]) == (["primary", "secondary"], None, ["not_declared"])
        assert (second["days_available"], second["location"], second["base_urn"]) == (6.5, None, 100556)

    async def test_the_same_roster_again_is_unchanged(self, world: MatchingWorld) -> None:
        await load(world, HEADER + GOOD + PLAIN)
        again = await load(world, HEADER + GOOD + PLAIN.replace("6.5", "7.5"))
        assert [row["status"] for row in again["data"]] == ["unchanged", "changed"]
        assert (await world.get("/v1/leaders", q="NLE-100556"))["data"][0]["days_available"] == 7.5

    async def test_one_bad_row_loses_no_good_one(self, world: MatchingWorld) -> None:
        bad = GOOD.replace("CEO-15711", "CEO-1").replace(",20,2", ",20.3,-1").replace("primary|secondary", "college")
        answer = await load(world, HEADER + bad + GOOD + GOOD)
        assert [row["status"] for row in answer["data"]] == ["rejected", "created", "rejected"]
        assert {error["pointer"] for error in answer["data"][0]["errors"]} == {
            "/phases/0",
            "/days_available",
            "/max_concurrent",
        }
        assert answer["data"][2]["errors"][0]["code"] == "duplicate"
        assert answer["data"][2]["problem"] == 'Row 3: leader_ref "CEO-15711" stands in an earlier row of this batch.'
        rejected = await world.get(f"/v1/leaders/batches/{answer['id']}/rejections")
        assert [row["row"] for row in rejected["data"]] == [1, 3]

    async def test_a_refusal_names_row_column_and_value(self, world: MatchingWorld) -> None:
        bad = PLAIN.replace("6.5,1", "a few,").replace("London,,", "Mercia,north,").replace("NLE-", "NLE\x00-")
        bad = bad.replace("local_authority,", "council,").replace("primary,,1", f"primary,,{'9' * 200}")
        answer = await load(world, HEADER + GOOD + bad)
        row = answer["data"][1]
        told = {error["column"]: (error["value"], error["detail"]) for error in row["errors"]}
        assert told["days_available"] == ("a few", 'Row 2: days_available "a few" is not a number.')
        assert told["max_concurrent"] == (None, "Row 2: max_concurrent is empty.")
        assert told["lat"] == ("north", 'Row 2: lat "north" is not a number.')
        assert told["lng"] == (None, "Row 2: lng is empty.")
        assert told["region"][1].startswith('Row 2: region "Mercia" is not one of: ')
        assert told["organisation_type"][1].startswith('Row 2: organisation_type "council" is not one of: ')
        assert told["leader_ref"][0] == "NLE\ufffd-100556"
        assert told["schools_turned_round"][0] == "9" * 100 + "…"
        assert row["problem"] == " ".join(error["detail"] for error in row["errors"])
        assert "Input should" not in row["problem"]
        sent = {**DFE, "Accept": "text/csv"}
        table = (await world.client.get(f"/v1/leaders/batches/{answer['id']}/rejections", headers=sent)).text
        assert 'days_available ""a few"" is not a number' in table

    async def test_a_json_row_is_told_by_its_own_names(self, world: MatchingWorld) -> None:
        rows = [leader_document("CEO-00001", organisation={"kind": "trust", "id": 7}, shoe_size=9), 7]
        answer = await world.post("/v1/leaders/batches", {"rows": rows}, status=200)
        assert [row["problem"] for row in answer["data"]] == [
            'Row 1: organisation.id "7" is not text. Row 1: shoe_size "9" is not known of a leader.',
            'Row 2: "7" is no document.',
        ]

    @pytest.mark.parametrize(
        ("query", "name", "as_at"),
        [
            ("?as_at=2025-08-31", "leaders_2024-01-01.csv", "2025-08-31"),
            ("", "leaders_2024-01-31.csv", "2024-01-31"),
            ("", "leaders_2024-13-31.csv", None),
            ("", None, None),
        ],
    )
    async def test_a_roster_speaks_for_the_date_it_is_sent_with_or_named_by(
        self, world: MatchingWorld, query: str, name: str | None, as_at: str | None
    ) -> None:
        sent = {**DFE, "Content-Type": "text/csv"}
        if name is not None:
            sent["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
        answer = await world.client.post(f"/v1/leaders/batches{query}", headers=sent, content=(HEADER + GOOD).encode())
        assert answer.status_code == 200, answer.text
        (leader,) = (await world.get("/v1/leaders"))["data"]
        assert leader["source"]["as_at"] == as_at
        assert leader["source"]["as_at_reason"] == (None if as_at else "not_in_source")

    async def test_a_roster_of_tomorrow_is_refused(self, world: MatchingWorld) -> None:
        sent = {**DFE, "Content-Type": "text/csv"}
        answer = await world.client.post("/v1/leaders/batches?as_at=2999-01-01", headers=sent, content=HEADER.encode())
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "as_at")

    @pytest.mark.parametrize("table", ["a" * 200_000, HEADER + "a" * 200_000])
    async def test_a_cell_beyond_every_bound_is_refused(self, world: MatchingWorld, table: str) -> None:
        sent = {**DFE, "Content-Type": "text/csv"}
        answer = await world.client.post("/v1/leaders/batches", headers=sent, content=table.encode())
        (error,) = answer.json()["errors"]
        assert (answer.status_code, error["pointer"], error["code"]) == (422, "", "bad_csv")

    async def test_a_batch_belongs_to_the_client_that_sent_it(self, world: MatchingWorld) -> None:
        answer = await load(world, HEADER + GOOD)
        path = f"/v1/leaders/batches/{answer['id']}"
        assert (await world.get(path))["counts"] == answer["counts"]
        other = bearer(scope="leaders:read leaders:write", org="partner:3", regions=["London"], client_id="another")
        await world.get(path, other, status=404)

    async def test_less_than_is_promised_already_is_refused(self, world: MatchingWorld) -> None:
        made = (await load(world, HEADER + GOOD))["data"][0]["leader_id"]
        world.promise(made, half_days=30, places=1)
        (row,) = (await load(world, HEADER + GOOD.replace(",20,2", ",10,2")))["data"]
        assert (row["status"], row["errors"][0]["code"]) == ("rejected", "below_committed")

    async def test_a_missing_column_is_named(self, world: MatchingWorld) -> None:
        refused = await load(world, (HEADER + GOOD).replace("phases", "stages"), status=422)
        assert refused["errors"] == [
            {"pointer": "phases", "detail": "This column is missing.", "code": "missing_column"}
        ]

    async def test_rows_come_as_json_too(self, world: MatchingWorld) -> None:
        rows = [leader_document("CEO-00001"), {"reference": "CEO-00002"}, 7]
        answer = await world.post("/v1/leaders/batches", {"rows": rows}, status=200)
        assert [row["status"] for row in answer["data"]] == ["created", "rejected", "rejected"]

    async def test_a_pdf_is_no_roster(self, world: MatchingWorld) -> None:
        sent = {**DFE, "Content-Type": "application/pdf"}
        assert (await world.client.post("/v1/leaders/batches", headers=sent, content=b"%PDF")).status_code == 415


class TestPatch:
    async def test_leaves_what_is_not_sent(self, world: MatchingWorld) -> None:
        made = await world.leader("CEO-00001", strengths=["achievement"])
        path = f"/v1/leaders/{made['id']}"
        tag = (await world.client.get(path, headers=DFE)).headers["etag"]
        sent = {**DFE, "If-Match": tag}
        changed = await world.client.patch(path, headers=sent, json={"days_available": 12.5, "remote": True})
        assert changed.status_code == 200, changed.text
        expected = {**made, "days_available": 12.5, "remote": True, "updated_at": changed.json()["updated_at"]}
        assert changed.json() == expected
        assert (await world.client.patch(path, headers=sent, json={"remote": False})).status_code == 412
        assert (await world.client.patch(path, headers=DFE, json={"remote": False})).status_code == 428

    @pytest.mark.parametrize("patch", [{"phases": None}, {"days_available": 0.3}, {"region": "Mercia"}, {"x": 1}])
    async def test_refuses_what_would_not_be_a_leader(self, world: MatchingWorld, patch: dict[str, Any]) -> None:
        made = await world.leader("CEO-00001")
        path = f"/v1/leaders/{made['id']}"
        tag = (await world.client.get(path, headers=DFE)).headers["etag"]
        answer = await world.client.patch(path, headers={**DFE, "If-Match": tag}, json=patch)
        assert answer.status_code == 422
        assert "Mercia" not in answer.text

    async def test_days_cannot_fall_below_what_is_promised(self, world: MatchingWorld) -> None:
        made = await world.leader("CEO-00001")
        world.promise(made["id"], half_days=30, places=1)
        path = f"/v1/leaders/{made['id']}"
        tag = (await world.client.get(path, headers=DFE)).headers["etag"]
        answer = await world.client.patch(path, headers={**DFE, "If-Match": tag}, json={"days_available": 10})
        assert answer.status_code == 409


async def test_a_reference_is_taken_once(world: MatchingWorld) -> None:
    await world.leader("CEO-00001")
    refused = await world.post("/v1/leaders", leader_document("CEO-00001"), status=409)
    assert refused["type"].endswith("leader-reference-taken")


class TestRecordsCount:
    """What is recorded of a leader is what the rules go by."""

    async def candidates(self, world: MatchingWorld) -> Any:
        world.school(100001)
        world.assess(100001)
        await world.follow()
        (need,) = await world.needs()
        return await world.get(f"/v1/needs/{need['id']}/candidates", PARTNER)

    @pytest.mark.parametrize(
        ("records", "entry", "rule"),
        [
            ("interests", {"kind": "interest", "subject_kind": "school", "subject_id": "100001"}, "declared_interest"),
            (
                "interests",
                {"kind": "employment", "subject_kind": "local_authority", "subject_id": "208"},
                "declared_interest",
            ),
            ("designations", {"kind": "trust_ceo", "status": "in_training", "valid_from": "2020-01-01"}, "designation"),
            ("availability", {"starts_on": "2001-01-01", "ends_on": "2001-12-31", "days": 20}, "days"),
        ],
    )
    async def test_bars(self, world: MatchingWorld, records: str, entry: dict[str, Any], rule: str) -> None:
        made = await world.leader("CEO-00001")
        stored = await world.post(f"/v1/leaders/{made['id']}/{records}", entry)
        listed = await world.get(f"/v1/leaders/{made['id']}/{records}")
        assert listed["data"] == [stored]
        answer = await self.candidates(world)
        assert [(each["leader_id"], each["rule"]) for each in answer["excluded"]] == [(made["id"], rule)]

    async def test_where_entries_rule_the_relaxation_is_one_that_can_be_entered(self, world: MatchingWorld) -> None:
        made = await world.leader("CEO-00001")
        await world.post(
            f"/v1/leaders/{made['id']}/availability", {"starts_on": "2001-01-01", "ends_on": "2001-12-31", "days": 20}
        )
        world.assess(100001)
        await world.follow()
        done = await world.round()
        (left,) = await world.lines(f"/v1/matching-rounds/{done['id']}/unmatched")
        (relaxation,) = [each for each in left["relaxations"] if each["leader_id"] == made["id"]]
        await world.post(f"/v1/leaders/{made['id']}/availability", relaxation["change"]["availability"])
        (proposal,) = await world.lines(f"/v1/matching-rounds/{(await world.round())['id']}/proposals")
        assert proposal["leader_id"] == made["id"]

    async def test_a_ranked_list_with_parts_and_everyone_excluded(self, world: MatchingWorld) -> None:
        near = await world.leader("CEO-00001")
        further = await world.leader("CEO-00002", location={"lat": 51.9, "lng": -0.1})
        far = await world.leader("CEO-00003", location={"lat": 54.9, "lng": -1.6})
        answer = await self.candidates(world)
        assert [each["leader_id"] for each in answer["data"]] == [near["id"], further["id"]]
        assert answer["feasible"] == 2
        path = f"/v1/needs/{answer['need_id']}/candidates"
        first = await world.get(path, PARTNER, limit=1, include_total="true")
        rest = await world.get(first["paging"]["next_url"], PARTNER)
        assert [each["leader_id"] for each in [*first["data"], *rest["data"]]] == [near["id"], further["id"]]
        assert (first["paging"]["total"], rest["paging"]["next_cursor"]) == (2, None)
        assert first["excluded"] == rest["excluded"] == answer["excluded"]
        assert [(each["leader"]["reference"], each["rule"]) for each in answer["excluded"]] == [
            (far["reference"], "distance")
        ]
        assert sum(part["weight"] for part in answer["data"][0]["score_parts"]) == 100

    @pytest.mark.parametrize("named", [{"id": "Camden ", "name": None}, {"id": "202", "name": "Camden"}])
    async def test_an_authority_answers_for_the_open_schools_it_maintains(
        self, world: MatchingWorld, named: dict[str, Any]
    ) -> None:
        made = await world.leader("NLE-00001", role="nle", organisation={"kind": "local_authority", **named})
        camden = {"responsible_body": {"kind": "local_authority", "id": "202", "name": "Camden"}}
        others: list[dict[str, Any]] = [{}, in_trust("5143"), {**camden, "status": "closed"}]
        for number, changes in enumerate(others):
            world.school(100200 + number, local_authority={"code": "202", "name": "Camden"}, **changes)
            world.assess(100200 + number, "targeted", scheme="rise-2025", flags=["stuck"])
        (found,) = (await self.candidates(world))["data"]
        assert "own_organisation_in_difficulty" not in found["flags"]
        for urn in range(100301, 100306):
            world.school(urn, **camden)
            world.assess(urn, "targeted", scheme="rise-2025", flags=["stuck"])
        (found,) = (await self.candidates(world))["data"]
        assert found["flags"] == ["not_declared", "own_organisation_in_difficulty", "provisional_need"]
        assert [note["flag"] for note in found["flag_notes"]] == found["flags"]
        assert found["flag_notes"][1]["text"] == (
            "The leader's own organisation holds 5 schools stuck or in a category of concern, among them "
            "School 100301 (stuck), School 100302 (stuck), School 100303 (stuck)."
        )
        await self.proposed_with(world, made, found["flag_notes"])

    async def proposed_with(self, world: MatchingWorld, leader: dict[str, Any], notes: list[dict[str, Any]]) -> None:
        """Check that a round says the same of the pair as the candidates do."""
        done = await world.round()
        (proposal,) = await world.lines(f"/v1/matching-rounds/{done['id']}/proposals")
        assert (proposal["leader_id"], proposal["flag_notes"]) == (leader["id"], notes)

    async def test_own_organisation_in_difficulty_is_flagged(self, world: MatchingWorld) -> None:
        await world.leader("CEO-00001", organisation={"kind": "trust", "id": "777", "name": "T"})
        world.school(100777, trust={"uid": "777", "name": "T", "kind": "mat"})
        world.assess(100777, "targeted", scheme="rise-2025", flags=["stuck"])
        answer = await self.candidates(world)
        assert answer["data"][0]["flags"] == ["not_declared", "own_organisation_in_difficulty", "provisional_need"]
