"""A leader's own record: what the leader changes, what is refused by name, and who changed what."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from services.brokering.tests.matching_world import DFE, MatchingWorld, leader_document

from shared.testing.tokens import bearer

WINDOW = {"starts_on": "2026-01-01", "ends_on": "2026-12-31", "days": 12.5}
INTEREST = {"kind": "employment", "subject_kind": "trust", "subject_id": "5143", "starts_on": "2020-01-01"}


def own(name: str) -> dict[str, str]:
    return bearer(scope="leaders:read leaders:write", org=f"leader:{name}", role="leader", user="a-leader")


async def patch(world: MatchingWorld, leader_id: str, headers: dict[str, str], body: Any) -> httpx.Response:
    path = f"/v1/leaders/{leader_id}"
    tag = (await world.client.get(path, headers=DFE)).headers["etag"]
    return await world.client.patch(path, headers={**headers, "If-Match": tag}, json=body)


async def trail(world: MatchingWorld, leader_id: str, headers: dict[str, str] = DFE) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await world.get(f"/v1/leaders/{leader_id}/changes", headers))["data"]
    return found


class TestOwnFields:
    async def test_a_leader_changes_what_is_the_leaders_to_say(self, world: MatchingWorld) -> None:
        made = await world.leader("CEO-00001")
        said = {
            "phases": ["primary", "secondary"],
            "school_types": ["special"],
            "strengths": ["achievement"],
            "remote": False,
            "max_distance_km": 35.5,
        }
        answer = await patch(world, made["id"], own("CEO-00001"), said)
        assert answer.status_code == 200, answer.text
        assert answer.json() == {**made, **said, "updated_at": answer.json()["updated_at"]}

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("role", "nle"),
            ("organisation", {"id": "1"}),
            ("base_urn", 100001),
            ("region", "London"),
            ("location", None),
            ("schools_in_organisation", 3),
            ("schools_turned_round", 9),
            ("days_available", 3),
            ("max_concurrent", 9),
        ],
    )
    async def test_any_other_field_is_refused_by_name(self, world: MatchingWorld, field: str, value: Any) -> None:
        made = await world.leader("CEO-00001")
        answer = await patch(world, made["id"], own(made["id"]), {"remote": True, field: value})
        assert answer.status_code == 403
        assert answer.json()["type"].endswith("not-the-leaders-to-change")
        assert [each["pointer"] for each in answer.json()["errors"]] == [f"/{field}"]
        assert (await world.get(f"/v1/leaders/{made['id']}"))["remote"] is None

    async def test_the_refusals_are_those_of_the_published_list(self, world: MatchingWorld) -> None:
        lists = (await world.get("/v1/reference-data"))["data"]
        named = {entry["code"] for entry in lists["leader_own_fields"]}
        assert named == {"phases", "school_types", "strengths", "remote", "max_distance_km"}

    async def test_somebody_elses_record_is_not_there(self, world: MatchingWorld) -> None:
        made = await world.leader("CEO-00001")
        other = own("CEO-00002")
        assert (await patch(world, made["id"], other, {"remote": True})).status_code == 404
        await world.post(f"/v1/leaders/{made['id']}/availability", WINDOW, other, status=404)
        await world.get(f"/v1/leaders/{made['id']}/changes", other, status=404)

    async def test_a_leaders_token_with_regions_sees_no_more(self, world: MatchingWorld) -> None:
        made = await world.leader("CEO-00001")
        odd = bearer(scope="leaders:read leaders:write", org="leader:CEO-00002", role="leader", regions=["London"])
        await world.get(f"/v1/leaders/{made['id']}", odd, status=404)

    async def test_a_leader_enters_no_leaders(self, world: MatchingWorld) -> None:
        sent = own("CEO-00001")
        await world.post("/v1/leaders", leader_document("CEO-00001"), sent, status=403)
        await world.post("/v1/leaders/batches", {"rows": [leader_document("CEO-00001")]}, sent, status=403)
        assert (await world.get("/v1/leaders"))["data"] == []


class TestOwnLists:
    async def test_days_are_given_and_taken_back(self, world: MatchingWorld) -> None:
        made = await world.leader("CEO-00001")
        path = f"/v1/leaders/{made['id']}/availability"
        entry = await world.post(path, WINDOW, own("CEO-00001"))
        gone = await world.client.delete(f"{path}/{entry['id']}", headers=own("CEO-00001"))
        assert gone.status_code == 204
        assert (await world.get(path, own("CEO-00001")))["data"] == []
        assert (await world.client.delete(f"{path}/{entry['id']}", headers=own("CEO-00001"))).status_code == 404

    async def test_days_that_are_promised_stay(self, world: MatchingWorld) -> None:
        made = await world.leader("CEO-00001", days_available=5)
        path = f"/v1/leaders/{made['id']}/availability"
        entry = await world.post(path, WINDOW, own("CEO-00001"))
        world.promise(made["id"], half_days=20, places=1)
        refused = await world.client.delete(f"{path}/{entry['id']}", headers=own("CEO-00001"))
        assert refused.status_code == 409, refused.text
        assert len((await world.get(path))["data"]) == 1

    async def test_an_interest_is_declared_and_ended_once(self, world: MatchingWorld) -> None:
        made = await world.leader("CEO-00001")
        path = f"/v1/leaders/{made['id']}/interests"
        entry = await world.post(path, INTEREST, own("CEO-00001"))
        end = f"{path}/{entry['id']}/end"
        early = await world.post(end, {"ends_on": "2019-12-31"}, own("CEO-00001"), status=422)
        assert early["errors"][0]["pointer"] == "/ends_on"
        ended = await world.post(end, {"ends_on": "2024-07-31"}, own("CEO-00001"), status=200)
        assert ended == {**entry, "ends_on": "2024-07-31"}
        await world.post(end, {"ends_on": "2020-07-31"}, own("CEO-00001"), status=409)
        assert (await world.client.delete(f"{path}/{entry['id']}", headers=own("CEO-00001"))).status_code in {404, 405}

    async def test_a_designation_is_not_the_leaders_to_record(self, world: MatchingWorld) -> None:
        made = await world.leader("CEO-00001")
        path = f"/v1/leaders/{made['id']}/designations"
        body = {"kind": "trust_ceo", "valid_from": "2020-01-01"}
        refused = await world.post(path, body, own("CEO-00001"), status=403)
        assert refused["errors"][0]["pointer"] == "/designations"
        assert (await world.get(path))["data"] == []


class TestTrail:
    async def test_every_change_is_told_with_its_author(self, world: MatchingWorld) -> None:
        made = await world.leader("CEO-00001")
        await patch(world, made["id"], own("CEO-00001"), {"remote": True, "phases": made["phases"]})
        path = f"/v1/leaders/{made['id']}"
        window = await world.post(f"{path}/availability", WINDOW, own("CEO-00001"))
        await world.client.delete(f"{path}/availability/{window['id']}", headers=own("CEO-00001"))
        interest = await world.post(f"{path}/interests", INTEREST)
        await world.post(f"{path}/interests/{interest['id']}/end", {"ends_on": "2024-07-31"}, status=200)
        added, changed, given, taken, declared, ended = await trail(world, made["id"], own("CEO-00001"))
        assert (added["subject"], added["action"], added["role"], added["org"]) == ("leader", "added", "dfe", "dfe")
        assert added["after"]["reference"] == "CEO-00001"
        assert (changed["before"], changed["after"]) == ({"remote": None}, {"remote": True})
        assert (changed["by"], changed["role"], changed["org"]) == ("a-leader", "leader", "leader:CEO-00001")
        told = {**WINDOW, "note": None}
        assert (given["subject"], given["before"], given["after"]) == ("availability", None, told)
        assert (taken["action"], taken["before"], taken["after"]) == ("removed", told, None)
        assert (declared["subject_id"], declared["action"]) == (interest["id"], "added")
        assert (ended["before"], ended["after"]) == ({"ends_on": None}, {"ends_on": "2024-07-31"})

    async def test_a_roster_tells_what_it_changes_and_keeps_what_it_passes_over(self, world: MatchingWorld) -> None:
        made = await world.leader("CEO-00001")
        await patch(world, made["id"], own("CEO-00001"), {"remote": False, "school_types": ["special"]})
        row = leader_document("CEO-00001", days_available=7)
        for _ in range(2):
            await world.post("/v1/leaders/batches", {"rows": [row]}, status=200)
        last = (await trail(world, made["id"]))[-1]
        assert (last["before"], last["after"]) == ({"days_available": 20.0}, {"days_available": 7.0})
        assert len(await trail(world, made["id"])) == 3
        kept = await world.get(f"/v1/leaders/{made['id']}")
        assert (kept["remote"], kept["school_types"]) == (False, ["special"])

    async def test_a_change_that_changes_nothing_leaves_no_trace(self, world: MatchingWorld) -> None:
        made = await world.leader("CEO-00001")
        await patch(world, made["id"], DFE, {"days_available": made["days_available"]})
        assert len(await trail(world, made["id"])) == 1

    async def test_the_trail_is_added_to_and_never_changed(self, world: MatchingWorld) -> None:
        await world.leader("CEO-00001")
        for statement in ("UPDATE leader_changes SET by = 'x'", "DELETE FROM leader_changes"):
            with pytest.raises(Exception, match="permission denied"):
                await world.sql(statement)
