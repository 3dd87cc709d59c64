"""Claims at the day rate from the deployment grant, and that no budget is overspent."""

from __future__ import annotations

import asyncio
import csv
from collections import Counter
from dataclasses import replace
from typing import Any

import orjson
import psycopg
import pytest
from psycopg import errors
from services.brokering.tests.support_money import agreed_offers, assert_money, partner_with_contract
from services.brokering.tests.support_world import REGION, Clock, Match, Steps, World, headers

from brokering.ledger import policy
from brokering.ledger.policy import WithoutGrant, support_policy
from shared.db.session import driver_url
from shared.testing.plugin import DatabaseUrls


async def money(steps: Steps, grant: str) -> tuple[float, ...]:
    found = (await steps.client.get(f"/v1/grants/{grant}", headers=steps.world.director())).json()
    return tuple(found[name] for name in ("value", "committed", "claimed", "remaining"))


async def other_episode(steps: Steps, world: World, number: int = 1, **terms: Any) -> tuple[Match, str]:
    match = world.match(100001 + number)
    return match, await steps.episode(match, **terms)


class TestGrants:
    async def test_access(self, steps: Steps, world: World) -> None:
        body = {"title": "g", "region": REGION, "starts_on": "2026-04-01", "ends_on": "2027-03-31", "value": 1}
        assert (await steps.client.post("/v1/grants", json=body)).status_code == 401
        for sent in (world.partner(), world.director(), world.school(), headers("la", "la:201")):
            assert (await steps.client.post("/v1/grants", json=body, headers=sent)).status_code == 403
        made = await steps.grant(1)
        for sent in (world.school(), headers("la", "la:201"), world.leader_person(world.leader())):
            assert (await steps.client.get("/v1/grants", headers=sent)).status_code == 403
        other = headers("partner", "partner:acme", ("South East",))
        assert (await steps.client.get(f"/v1/grants/{made['id']}", headers=other)).status_code == 404
        assert (await steps.client.get("/v1/grants", headers=other)).json()["data"] == []
        listed = await steps.client.get(f"/v1/grants?region={REGION}", headers=world.partner())
        assert [each["id"] for each in listed.json()["data"]] == [made["id"]]

    async def test_are_listed_whole_with_their_entries(self, steps: Steps, world: World) -> None:
        grant = (await steps.grant(10_000))["id"]
        await steps.grant(100, starts_on="2027-04-01", ends_on="2028-03-31")
        await steps.grant(100, region="South East")
        await other_episode(steps, world)
        await other_episode(steps, world, 2, days=5)
        for path, key in (("/v1/grants", "id"), (f"/v1/grants/{grant}/entries", "id")):
            documents = (await steps.client.get(path, headers=world.director())).json()["data"]
            assert len(documents) == 2
            sent = {**world.director(), "Accept": "application/x-ndjson"}
            lines = await steps.client.get(f"{path}?limit=1", headers=sent)
            assert lines.headers["content-type"] == "application/x-ndjson"
            assert [orjson.loads(line) for line in lines.content.splitlines()] == documents
            answer = await steps.client.get(f"{path}?limit=1", headers={**world.director(), "Accept": "text/csv"})
            assert [row[key] for row in csv.DictReader(answer.text.splitlines())] == [each[key] for each in documents]
        elsewhere = {**headers("partner", "partner:x", ("North East",)), "Accept": "application/x-ndjson"}
        assert (await steps.client.get("/v1/grants", headers=elsewhere)).content == b""
        assert (await steps.client.get(f"/v1/grants/{grant}/entries", headers=elsewhere)).status_code == 404

    async def test_a_region_has_one_grant_for_any_day(self, steps: Steps, world: World) -> None:
        await steps.grant(100)
        problem = await steps.grant(100, 409, starts_on="2027-03-31", ends_on="2028-03-31")
        assert problem["type"] == "urn:problem:grants-overlap"
        await steps.grant(100, starts_on="2027-04-01", ends_on="2028-03-31")
        await steps.grant(100, region="South East")
        await steps.grant(1, 422, starts_on="2026-04-02", ends_on="2026-04-01", region="North East")

    async def test_approval_commits_days_by_rate_and_what_is_returned_comes_back(
        self, steps: Steps, world: World
    ) -> None:
        grant = (await steps.grant(10_000))["id"]
        match = world.match()
        episode = await steps.episode(match, days=7.5)
        assert await money(steps, grant) == (10_000, 4_500, 0, 5_500)
        await steps.entry(episode, kind="returned", days=0.5)
        assert await money(steps, grant) == (10_000, 4_200, 0, 5_800)
        await steps.visit(match, episode, days=2)
        await steps.move(episode, "stop")
        assert await money(steps, grant) == (10_000, 1_200, 0, 8_800)
        assert_money(world)

    async def test_days_used_before_a_stop_are_claimed_and_paid_after_it(self, steps: Steps, world: World) -> None:
        grant = (await steps.grant(10_000))["id"]
        match = world.match()
        episode = await steps.episode(match)
        await steps.visit(match, episode, days=3)
        await steps.move(episode, "stop")
        refused = await steps.claim(match, episode, days=3)
        await steps.sign_claim(match, refused, signed_off=False, reason="one visit was shorter")
        assert await money(steps, grant) == (10_000, 1_800, 0, 8_200)
        await steps.sign_claim(match, await steps.claim(match, episode, days=3))
        assert await money(steps, grant) == (10_000, 0, 1_800, 8_200)
        problem = await steps.claim(match, episode, 409, days=0.5)
        assert problem["type"] == "urn:problem:nothing-to-claim"
        assert_money(world)

    async def test_a_match_that_the_grant_cannot_pay_is_not_approved(self, steps: Steps, world: World) -> None:
        grant = (await steps.grant(8_999.99))["id"]
        offers = await agreed_offers(steps, 2)
        await steps.approve(offers[0])
        problem = await steps.approve(offers[1], 409)
        assert problem["type"] == "urn:problem:budget-exceeded"
        assert "£6,000 is asked" in problem["detail"]
        body = {"rows": [{"offer_id": offers[1], "approved": True}]}
        batch = await steps.client.post("/v1/approvals/batches", json=body, headers=world.director())
        assert batch.json()["data"][0]["errors"][0]["code"] == "budget-exceeded"
        assert await money(steps, grant) == (8_999.99, 6_000, 0, 2_999.99)
        assert world.state("offers", offers[1]) == "agreed"

    async def test_the_value_never_falls_below_what_is_promised(self, steps: Steps, world: World) -> None:
        grant = (await steps.grant(6_000))["id"]
        await other_episode(steps, world)
        url = f"/v1/grants/{grant}"
        tag = (await steps.client.get(url, headers=world.dfe())).headers["etag"]
        body = {"value": 5_999.99, "reason": "a cut"}
        assert (await steps.client.patch(url, json=body, headers=world.dfe())).status_code == 428
        refused = await steps.client.patch(url, json=body, headers={**world.dfe(), "If-Match": tag})
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (409, "/value")
        body = {"value": 7_000, "reason": "more schools"}
        changed = await steps.client.patch(url, json=body, headers={**world.dfe(), "If-Match": tag})
        assert (changed.status_code, changed.json()["remaining"]) == (200, 1_000)
        assert changed.json()["history"][-1]["reason"] == "more schools"
        stale = await steps.client.patch(url, json=body, headers={**world.dfe(), "If-Match": tag})
        assert stale.status_code == 412


class TestClaims:
    async def test_access(self, steps: Steps, world: World) -> None:
        match = world.match()
        episode = await steps.episode(match)
        await steps.visit(match, episode, days=2)
        url = f"/v1/episodes/{episode}/claims"
        assert (await steps.client.post(url, json={"days": 1})).status_code == 401
        for sent in (world.partner(), world.school(), world.director(), world.leader_person(match.leader, user=None)):
            assert (await steps.client.post(url, json={"days": 1}, headers=sent)).status_code == 403
        other = world.leader_person(world.leader())
        assert (await steps.client.post(url, json={"days": 1}, headers=other)).status_code == 404
        claim = await steps.claim(match, episode, days=1)
        assert (await steps.client.get(url, headers=world.school(100001))).status_code == 404
        sign = f"{url}/{claim['id']}/sign-off"
        for sent, status in (
            (world.partner(), 403),
            (world.director(), 403),
            (world.leader_person(match.leader), 403),
            (world.school(user=None), 403),
            (world.leader_person(match.leader, scope="support:sign-off"), 403),
            (world.school(100001), 404),
        ):
            assert (await steps.client.post(sign, json={"signed_off": True}, headers=sent)).status_code == status
        assert world.sql("SELECT state FROM claims") == [("submitted",)]

    async def test_a_signed_claim_is_paid_from_the_grant(self, steps: Steps, world: World) -> None:
        grant = (await steps.grant(6_000))["id"]
        match, episode = await other_episode(steps, world)
        await steps.visit(match, episode, days=2.5)
        claim = await steps.claim(match, episode, days=2.5)
        assert (claim["amount"], claim["day_rate"], claim["claimed_by"]) == (1_500, 600, "leader-person")
        assert await money(steps, grant) == (6_000, 6_000, 0, 0)
        paid = await steps.sign_claim(match, claim)
        assert (paid["state"], paid["grant_id"], paid["answer"]["by"]) == ("signed_off", grant, "school-person")
        assert await money(steps, grant) == (6_000, 4_500, 1_500, 0)
        problem = await steps.sign_claim(match, claim, 409)
        assert problem["type"] == "urn:problem:claim-settled"
        entries = (await steps.client.get(f"/v1/grants/{grant}/entries", headers=world.partner())).json()["data"]
        assert [(each["debit"], each["credit"], each["amount"]) for each in entries] == [
            ("remaining", "committed", 6_000),
            ("committed", "claimed", 1_500),
        ]
        assert_money(world)

    async def test_days_are_claimed_once_and_only_when_used(self, steps: Steps, world: World) -> None:
        await steps.grant(6_000)
        match, episode = await other_episode(steps, world)
        await steps.claim(match, episode, 409, days=0.5)
        visit = await steps.visit(match, episode, days=2)
        first = await steps.claim(match, episode, days=1.5)
        problem = await steps.claim(match, episode, 409, days=1)
        assert "0.5 are used and not claimed" in problem["detail"]
        url = f"/v1/episodes/{episode}/visits/{visit['id']}/withdrawal"
        refused = await steps.client.post(url, json={"reason": "why"}, headers=world.partner())
        assert refused.status_code == 409
        await steps.sign_claim(match, first, 422, signed_off=False)
        await steps.sign_claim(match, first, signed_off=False, reason="one visit did not take place")
        await steps.claim(match, episode, days=2)
        assert_money(world)

    async def test_its_author_withdraws_it(self, steps: Steps, world: World) -> None:
        match, episode = await other_episode(steps, world)
        await steps.visit(match, episode, days=1)
        claim = await steps.claim(match, episode, days=1)
        url = f"/v1/episodes/{episode}/claims/{claim['id']}/withdrawal"
        sent = world.leader_person(match.leader)
        assert (await steps.client.post(url, json={"reason": "typo"}, headers=sent)).json()["state"] == "withdrawn"
        await steps.claim(match, episode, days=1)

    async def test_without_a_grant_support_begins_and_claims_wait_for_one(self, steps: Steps, world: World) -> None:
        match, episode = await other_episode(steps, world)
        await steps.visit(match, episode, days=4)
        claim = await steps.claim(match, episode, days=4)
        assert (await steps.sign_claim(match, claim, 409))["type"] == "urn:problem:no-grant"
        small = await steps.grant(2_000)
        assert (await steps.sign_claim(match, claim, 409))["type"] == "urn:problem:budget-exceeded"
        tag = (await steps.client.get(f"/v1/grants/{small['id']}", headers=world.dfe())).headers["etag"]
        body = {"value": 2_400, "reason": "claims of support that began before it"}
        await steps.client.patch(f"/v1/grants/{small['id']}", json=body, headers={**world.dfe(), "If-Match": tag})
        await steps.sign_claim(match, claim)
        assert await money(steps, small["id"]) == (2_400, 0, 2_400, 0)
        assert_money(world)

    async def test_days_worked_before_completion_are_claimed_after_it(self, steps: Steps, world: World) -> None:
        grant = (await steps.grant(6_000))["id"]
        match, episode = await other_episode(steps, world)
        await steps.visit(match, episode, days=3)
        url = f"/v1/episodes/{episode}/completion"
        await steps.client.post(url, json={"summary": "done"}, headers=world.partner())
        await steps.client.post(f"{url}/sign-off", json={"signed_off": True}, headers=world.school(match.urn))
        assert await money(steps, grant) == (6_000, 1_800, 0, 4_200)
        await steps.sign_claim(match, await steps.claim(match, episode, days=3))
        assert await money(steps, grant) == (6_000, 0, 1_800, 4_200)


class TestARegionWithoutAGrant:
    async def test_is_told_of_in_the_approval(self, steps: Steps, clock: Clock) -> None:
        await steps.grant(100_000, region="South East")
        offers = await agreed_offers(steps, 3)
        alone = await steps.approve(offers[0])
        today = clock.now.date()
        warned = f"No deployment grant is on record for London on {today}: nothing is committed for these days, and"
        assert alone["approval"]["warning"].startswith(warned)
        body = {"rows": [{"offer_id": offers[1], "approved": True}]}
        director = steps.world.director()
        (row,) = (await steps.client.post("/v1/approvals/batches", json=body, headers=director)).json()["data"]
        assert (row["status"], row["warning"]) == ("applied", alone["approval"]["warning"])
        await steps.grant(100_000)
        assert (await steps.approve(offers[2]))["approval"]["warning"] is None

    async def test_is_refused_where_the_policy_says_so(
        self, steps: Steps, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (offer,) = await agreed_offers(steps, 1)
        strict = replace(support_policy(clock.now.date()), without_grant=WithoutGrant.REFUSE)
        monkeypatch.setattr(policy, "_policies", lambda: (strict,))
        problem = await steps.approve(offer, 409)
        assert (problem["type"], problem["title"]) == (
            "urn:problem:grant-missing",
            "No deployment grant is on record",
        )
        await steps.grant(100_000)
        assert (await steps.approve(offer))["state"] == "approved"

    async def test_a_rejection_says_nothing_of_it(self, steps: Steps) -> None:
        (offer,) = await agreed_offers(steps, 1)
        answer = await steps.approve(offer, approved=False, reason="another is nearer")
        assert answer["approval"]["warning"] is None


class TestRaces:
    async def test_concurrent_approvals_spend_the_grant_to_the_penny_and_no_further(
        self, steps: Steps, world: World
    ) -> None:
        grant = (await steps.grant(18_000))["id"]
        offers = await agreed_offers(steps, 6)
        bodies = [{"rows": [{"offer_id": offer, "approved": True}]} for offer in offers[3:]]
        bodies.append({"rows": [{"offer_id": offer, "approved": True} for offer in reversed(offers)]})
        director = world.director()
        singles = [
            steps.client.post(f"/v1/offers/{offer}/approval", json={"approved": True}, headers=director)
            for offer in offers
        ]
        batches = [steps.client.post("/v1/approvals/batches", json=body, headers=director) for body in bodies]
        answers = await asyncio.gather(*singles, *batches)
        assert {answer.status_code for answer in answers} <= {200, 409}, [answer.text for answer in answers]
        assert await money(steps, grant) == (18_000, 18_000, 0, 0)
        assert world.sql("SELECT count(*) FROM episodes") == [(3,)]
        assert_money(world)

    async def test_concurrent_claims_and_signatures_pay_each_day_once(self, steps: Steps, world: World) -> None:
        grant = (await steps.grant(6_000))["id"]
        match, episode = await other_episode(steps, world)
        await steps.visit(match, episode, days=10)
        url, sent = f"/v1/episodes/{episode}/claims", world.leader_person(match.leader)
        made = await asyncio.gather(*(steps.client.post(url, json={"days": 1.5}, headers=sent) for _ in range(12)))
        assert Counter(answer.status_code for answer in made) == {201: 6, 409: 6}
        claims = [answer.json() for answer in made if answer.status_code == 201]
        signing = [
            steps.client.post(
                f"{url}/{claim['id']}/sign-off", json={"signed_off": True}, headers=world.school(match.urn)
            )
            for claim in claims * 3
        ]
        signed = Counter(answer.status_code for answer in await asyncio.gather(*signing))
        assert signed == {200: 6, 409: 12}
        assert await money(steps, grant) == (6_000, 600, 5_400, 0)
        assert_money(world)

    async def test_concurrent_fees_never_overspend_a_contract(self, steps: Steps, world: World) -> None:
        url = await partner_with_contract(steps, "acme", 1_000)
        body = {"kind": "monitoring", "region": REGION, "amount": 150, "incurred_on": "2026-11-02", "description": "x"}
        sending = (steps.client.post(f"{url}/fees", json=body, headers=world.partner()) for _ in range(12))
        answers = Counter(answer.status_code for answer in await asyncio.gather(*sending))
        assert answers == {201: 6, 409: 6}
        assert (await steps.client.get(url, headers=world.partner())).json()["remaining"] == 100
        assert_money(world)


GOING_ROUND = (
    "UPDATE budgets SET committed_pence = 0",
    "UPDATE budgets SET claimed_pence = claimed_pence + 1",
    "DELETE FROM budgets",
    "UPDATE money_entries SET amount_pence = 1",
    "DELETE FROM money_entries",
    "UPDATE claims SET amount_pence = 1",
    "UPDATE claims SET state = 'submitted'",
    "DELETE FROM claims",
    "UPDATE deployments SET grant_id = NULL",
    "UPDATE deployment_accounts SET claimed_half_days = 0",
)


class TestDatabase:
    async def test_it_refuses_a_writer_that_goes_round_the_service(
        self, steps: Steps, world: World, urls: DatabaseUrls
    ) -> None:
        grant = (await steps.grant(6_000))["id"]
        match, episode = await other_episode(steps, world)
        await steps.visit(match, episode, days=1)
        await steps.sign_claim(match, await steps.claim(match, episode, days=1))
        with psycopg.connect(driver_url(urls.app), autocommit=True, options="-c app.visibility=all") as intruder:
            for statement in GOING_ROUND:
                with pytest.raises(errors.InsufficientPrivilege):
                    intruder.execute(statement.encode())
            with pytest.raises(errors.CheckViolation):
                intruder.execute("UPDATE budgets SET value_pence = value_pence - 1")
            entry = (
                "INSERT INTO money_entries"
                " (budget_id, debit, credit, amount_pence, deployment_id, recorded_at, recorded_by)"
                " SELECT %s, 'remaining', 'committed', 1, id, now(), 'x' FROM deployments"
            )
            with pytest.raises(errors.CheckViolation):
                intruder.execute(entry, (grant,))
        assert await money(steps, grant) == (6_000, 5_400, 600, 0)

    async def test_rows_without_claims_are_out_of_sight(self, steps: Steps, world: World, urls: DatabaseUrls) -> None:
        await steps.grant(6_000)
        match, episode = await other_episode(steps, world)
        await steps.visit(match, episode, days=1)
        await steps.claim(match, episode, days=1)
        await partner_with_contract(steps, "acme", 1_000)
        with psycopg.connect(driver_url(urls.app), autocommit=True) as nobody:
            for table in ("visits", "claims", "budgets", "money_entries", "delivery_partners", "fees"):
                assert nobody.execute(f"SELECT count(*) FROM {table}".encode()).fetchone() == (0,), table
