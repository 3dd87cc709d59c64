"""Delivery partners, their contracts for their own work, and the fees that wait for the department."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
from services.brokering.tests.support_money import agreed_offers, assert_money, partner_with_contract
from services.brokering.tests.support_world import REGION, Clock, Steps, World, headers

FEE = {"kind": "brokering", "region": REGION, "amount": 100, "incurred_on": "2026-11-02", "description": "October"}


async def fee(steps: Steps, contract: str, **terms: Any) -> dict[str, Any]:
    answer = await steps.client.post(f"{contract}/fees", json={**FEE, **terms}, headers=steps.world.partner())
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def read(steps: Steps, url: str) -> httpx.Response:
    return await steps.client.get(url, headers=steps.world.dfe())


class TestContracts:
    async def test_a_partner_sees_and_charges_its_own_contract_only(self, steps: Steps, world: World) -> None:
        url = await partner_with_contract(steps, "acme", 1_000)
        body = {
            "kind": "matching",
            "region": REGION,
            "amount": 100,
            "incurred_on": "2026-11-02",
            "description": "Round",
        }
        for sent, status in (
            (headers("partner", "partner:other", (REGION,)), 404),
            (world.director(), 403),
            (world.partner(user=None), 403),
            (world.school(), 403),
        ):
            assert (await steps.client.post(f"{url}/fees", json=body, headers=sent)).status_code == status
        assert (await steps.client.get(url, headers=headers("partner", "partner:other", (REGION,)))).status_code == 404
        listed = await steps.client.get("/v1/delivery-partners", headers=headers("partner", "partner:other", (REGION,)))
        assert listed.json()["data"] == []
        for sent in (world.partner(), world.director(), world.dfe()):
            assert (await steps.client.get(url, headers=sent)).status_code == 200
        elsewhere = headers("regional-director", "dfe", ("North East",))
        assert (await steps.client.get(url, headers=elsewhere)).status_code == 404
        wrong = {"/region": {"region": "North East"}, "/incurred_on": {"incurred_on": "2025-01-01"}}
        for pointer, change in wrong.items():
            answer = await steps.client.post(f"{url}/fees", json={**body, **change}, headers=world.partner())
            assert answer.json()["errors"][0]["pointer"] == pointer

    async def test_fees_are_committed_then_claimed_and_never_beyond_the_value(self, steps: Steps, world: World) -> None:
        url = await partner_with_contract(steps, "acme", 1_000)
        body = {"kind": "brokering", "region": REGION, "amount": 700, "incurred_on": "2026-11-02", "description": "Oct"}
        made = (await steps.client.post(f"{url}/fees", json=body, headers=world.partner())).json()
        over = await steps.client.post(f"{url}/fees", json={**body, "amount": 300.01}, headers=world.partner())
        assert (over.status_code, over.json()["type"]) == (409, "urn:problem:budget-exceeded")
        answer = f"{url}/fees/{made['id']}/approval"
        own = await steps.client.post(answer, json={"approved": True}, headers=world.director(user="partner-person"))
        assert own.json()["type"] == "urn:problem:signed-by-author"
        paid = await steps.client.post(answer, json={"approved": True}, headers=world.director())
        assert (paid.status_code, paid.json()["state"]) == (200, "approved")
        again = await steps.client.post(answer, json={"approved": False, "reason": "no"}, headers=world.director())
        assert again.status_code == 409
        rest = (await steps.client.post(f"{url}/fees", json={**body, "amount": 300}, headers=world.partner())).json()
        shown = (await steps.client.get(url, headers=world.partner())).json()
        assert [shown[name] for name in ("value", "committed", "claimed", "remaining")] == [1_000, 300, 700, 0]
        body = {"approved": False, "reason": "twice"}
        await steps.client.post(f"{url}/fees/{rest['id']}/approval", json=body, headers=world.director())
        assert (await steps.client.get(url, headers=world.partner())).json()["remaining"] == 300
        assert_money(world)

    async def test_an_empty_contract_blocks_no_match(self, steps: Steps, world: World) -> None:
        await partner_with_contract(steps, "acme", 0)
        grant = (await steps.grant(60_000))["id"]
        offers = await agreed_offers(steps, 10)
        body = {"rows": [{"offer_id": offer, "approved": True} for offer in offers]}
        answer = await steps.client.post("/v1/approvals/batches", json=body, headers=world.director())
        assert answer.json()["counts"] == {"rows": 10, "applied": 10, "rejected": 0}
        assert (await read(steps, f"/v1/grants/{grant}")).json()["remaining"] == 0

    async def test_seven_organisations_cover_nine_regions(self, steps: Steps, world: World) -> None:
        regions = ["North East", "North West", "Yorkshire and the Humber", "East Midlands", "West Midlands",
                   "East of England", "London", "South East", "South West"]  # fmt: skip
        shares = [regions[:2], regions[2:4], *([each] for each in regions[4:])]
        values = [92_317.86] * 6 + [92_317.84]
        for number, (covered, value) in enumerate(zip(shares, values, strict=True)):
            await partner_with_contract(steps, f"organisation-{number}", value, covered)
        found = (await steps.client.get("/v1/delivery-partners?include_total=true", headers=world.dfe())).json()
        assert (found["paging"]["total"], {r for each in found["data"] for r in each["regions"]}) == (7, set(regions))
        assert world.sql("SELECT sum(value_pence) FROM budgets") == [(64_622_500,)]


class TestWarnings:
    async def test_a_contract_that_nears_its_value_says_so(self, steps: Steps, world: World) -> None:
        url = await partner_with_contract(steps, "acme", 1_000)
        await fee(steps, url, amount=899.99)
        assert (await read(steps, url)).json()["warning"] is None
        await fee(steps, url, amount=0.01)
        listed = (await steps.client.get(url.rpartition("/")[0], headers=world.partner())).json()["data"]
        assert [each["warning"] for each in listed] == ["£900 of £1,000 is committed or claimed, and £100 is left."]

    async def test_a_grant_does_too_and_approval_goes_on_to_its_last_penny(self, steps: Steps, world: World) -> None:
        grant = await steps.grant(12_000)
        first, second = await agreed_offers(steps, 2)
        await steps.approve(first)
        assert (await read(steps, f"/v1/grants/{grant['id']}")).json()["warning"] is None
        await steps.approve(second)
        warned = (await read(steps, f"/v1/grants/{grant['id']}")).json()["warning"]
        assert warned == "£12,000 of £12,000 is committed or claimed, and £0 is left."


class TestRegions:
    async def partner(self, steps: Steps, contract_regions: list[str]) -> tuple[str, dict[str, str]]:
        contract = await partner_with_contract(steps, "acme", 1_000, contract_regions)
        url = contract.partition("/contracts")[0]
        return url, {**steps.world.dfe(), "If-Match": (await read(steps, url)).headers["etag"]}

    async def test_they_change_with_the_reason_on_record(self, steps: Steps) -> None:
        url, sent = await self.partner(steps, [REGION])
        body = {"regions": ["South East", REGION], "reason": "a region without a partner"}
        changed = await steps.client.patch(url, json=body, headers=sent)
        assert (changed.status_code, changed.json()["regions"]) == (200, [REGION, "South East"])
        (kept,) = changed.json()["history"]
        assert (kept["from"], kept["to"], kept["reason"]) == ([REGION], [REGION, "South East"], body["reason"])
        assert all((kept["by"], kept["at"]))
        assert (await steps.client.patch(url, json=body, headers=sent)).status_code == 412

    async def test_one_under_contract_stays_until_the_contract_has_ended(self, steps: Steps, clock: Clock) -> None:
        url, sent = await self.partner(steps, [REGION, "South East"])
        body = {"regions": ["South East"], "reason": "handed over"}
        refused = await steps.client.patch(url, json=body, headers=sent)
        assert (refused.status_code, refused.json()["type"]) == (409, "urn:problem:region-under-contract")
        assert refused.json()["errors"][0]["detail"] == "Contract covers London until 2027-03-31."
        clock.now = clock.now.replace(year=2027, month=3, day=31)
        assert (await steps.client.patch(url, json=body, headers=sent)).status_code == 409
        clock.now += timedelta(days=1)
        assert (await steps.client.patch(url, json=body, headers=sent)).status_code == 200

    async def test_a_regions_client_gives_its_own_region_up(self, steps: Steps, world: World) -> None:
        url, _ = await self.partner(steps, ["South East"])
        world.sql("UPDATE delivery_partners SET regions = %s", [REGION, "South East"])
        regional = headers("dfe", "dfe", (REGION,), scope="budgets:read budgets:write")
        body = {"regions": ["South East"], "reason": "handed over"}
        tag = {"If-Match": (await read(steps, url)).headers["etag"]}
        changed = await steps.client.patch(url, json=body, headers={**regional, **tag})
        assert (changed.status_code, changed.json()["regions"]) == (200, ["South East"])
        assert (await steps.client.get(url, headers=regional)).status_code == 404

    async def test_access(self, steps: Steps, world: World) -> None:
        url, sent = await self.partner(steps, [REGION])
        body = {"regions": ["South East"], "reason": "why"}
        tag = {"If-Match": sent["If-Match"]}
        assert (await steps.client.patch(url, json=body, headers=tag)).status_code == 401
        for other in (world.partner(), world.director(), world.school()):
            assert (await steps.client.patch(url, json=body, headers={**other, **tag})).status_code == 403
        scope = "budgets:read budgets:write"
        elsewhere = headers("dfe", "dfe", ("North East",), scope=scope)
        assert (await steps.client.patch(url, json=body, headers={**elsewhere, **tag})).status_code == 404
        regional = headers("dfe", "dfe", (REGION,), scope=scope)
        refused = await steps.client.patch(url, json=body, headers={**regional, **tag})
        assert refused.json()["errors"][0]["code"] == "outside_regions"
        assert (await steps.client.patch(url, json=body, headers=world.dfe())).status_code == 428
        nowhere = await steps.client.patch(url, json={**body, "regions": []}, headers=sent)
        assert nowhere.status_code == 422
        assert (await read(steps, url)).json()["regions"] == [REGION]


class TestAFeeOfAnotherRegion:
    async def test_is_approved_there_and_by_the_whole_department_alone(self, steps: Steps, world: World) -> None:
        url = await partner_with_contract(steps, "acme", 1_000, [REGION, "South East"])
        made = await fee(steps, url)
        answer, body = f"{url}/fees/{made['id']}/approval", {"approved": True}
        elsewhere = headers("regional-director", "dfe", ("South East",))
        assert [each["id"] for each in (await steps.client.get(f"{url}/fees", headers=elsewhere)).json()["data"]]
        refused = await steps.client.post(answer, json=body, headers=elsewhere)
        assert refused.status_code == 403
        assert refused.json()["detail"] == "The fee is for work in London: whoever answers for that region approves it."
        approved = await steps.client.post(answer, json=body, headers=world.director())
        assert (approved.status_code, approved.json()["state"]) == (200, "approved")

    async def test_of_all_england_goes_by_no_region(self, steps: Steps) -> None:
        url = await partner_with_contract(steps, "acme", 1_000)
        answer = f"{url}/fees/{(await fee(steps, url))['id']}/approval"
        england = headers("regional-director", "dfe")
        assert (await steps.client.post(answer, json={"approved": True}, headers=england)).status_code == 200


class TestFeesWait:
    async def waiting(self, steps: Steps, sent: dict[str, str], query: str = "") -> list[dict[str, Any]]:
        answer = await steps.client.get(f"/v1/tasks?{query}", headers=sent)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["data"]
        return found

    async def test_for_the_regional_director_until_answered(self, steps: Steps, world: World, clock: Clock) -> None:
        url = await partner_with_contract(steps, "acme", 1_000)
        made = await fee(steps, url)
        (task,) = await self.waiting(steps, world.director())
        assert (task["kind"], task["waits_on"], task["region"]) == ("approve_fee", "regional_director", REGION)
        assert (task["fee_id"], task["contract_id"]) == (made["id"], url.rpartition("/")[2])
        assert (task["subject"], task["need_id"], task["leader_id"], task["overdue"]) == (None, None, None, False)
        assert await self.waiting(steps, world.director(), "waits_on=regional_director") == [task]
        assert await self.waiting(steps, world.director(), "waits_on=leader") == []
        clock.now += timedelta(days=11)
        (late,) = await self.waiting(steps, world.partner())
        assert late["overdue"]
        approval = f"{url}/fees/{made['id']}/approval"
        await steps.client.post(approval, json={"approved": True}, headers=world.director())
        assert await self.waiting(steps, world.director()) == []

    async def test_in_nobody_elses_sight(self, steps: Steps, world: World) -> None:
        await fee(steps, await partner_with_contract(steps, "acme", 1_000))
        for sent in (
            headers("partner", "partner:other", (REGION,)),
            headers("regional-director", "dfe", ("North East",)),
            world.school(),
            headers("dfe", "dfe", scope="episodes:read"),
        ):
            assert await self.waiting(steps, sent) == []
