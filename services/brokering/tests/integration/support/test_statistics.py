"""Statistics of brokering: figures that a reader can count again, and nothing undecided among them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from services.brokering.tests.support_money import partner_with_contract
from services.brokering.tests.support_world import REGION, Match, Steps, World, headers


async def figures(steps: Steps, sent: dict[str, str], query: str = "", expect: int = 200) -> dict[str, Any]:
    answer = await steps.client.get(f"/v1/statistics/brokering?{query}", headers=sent)
    assert answer.status_code == expect, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def waiting(steps: Steps, world: World) -> tuple[int, float]:
    """How many needs wait, and for how many days, over all regions and phases."""
    found = (await figures(steps, world.dfe()))["capacity"]["by_region_and_phase"]
    return sum(each["needs"] for each in found), sum(each["days_needed"] for each in found)


class TestAccess:
    async def test_it_is_for_the_department_and_those_who_broker(self, steps: Steps, world: World) -> None:
        assert (await steps.client.get("/v1/statistics/brokering")).status_code == 401
        await figures(steps, world.school(), expect=403)
        await figures(steps, world.school(scope="statistics:read"), expect=403)
        await figures(steps, world.partner(), "region=South East", expect=404)
        await figures(steps, world.partner(), "since=2026-02-02&until=2026-02-01", expect=422)
        assert (await figures(steps, world.partner()))["regions"] == [REGION]
        assert (await figures(steps, world.dfe()))["regions"] is None

    async def test_a_year_before_the_first_of_all_days_begins_with_it(self, steps: Steps, world: World) -> None:
        assert (await figures(steps, world.dfe(), "until=0001-01-01"))["since"] == "0001-01-01"


class TestFigures:
    async def test_waits_answers_load_and_spend(self, steps: Steps, world: World) -> None:
        await steps.grant(20_000)
        url = await partner_with_contract(steps, "acme", 1_000)
        fee = {"kind": "matching", "region": REGION, "amount": 70, "incurred_on": "2026-11-02", "description": "x"}
        made = (await steps.client.post(f"{url}/fees", json=fee, headers=world.partner())).json()
        await steps.client.post(f"{url}/fees/{made['id']}/approval", json={"approved": True}, headers=world.director())
        taken, declined, refused = (world.match(100001 + number) for number in range(3))
        world.sql("UPDATE needs SET created_at = now() - interval '12 days' WHERE id = %s", taken.need)
        episode = await steps.episode(taken)
        await steps.visit(taken, episode, days=2)
        await steps.sign_claim(taken, await steps.claim(taken, episode, days=2))
        offer = (await steps.offer(declined))["id"]
        await steps.respond(declined, offer, accepted=False, reason="full up", reason_code="no_time")
        offer = (await steps.offer(refused))["id"]
        await steps.respond(refused, offer)
        await steps.agree(refused, offer, agreed=False, reason="too far")
        found = await figures(steps, world.director())
        assert found["waits"] == {
            "needs": 3,
            "to_match": {"measured": 1, "median_days": 12.0, "ninth_decile_days": 12.0},
            "to_first_visit": {"measured": 1, "median_days": 12.0, "ninth_decile_days": 12.0},
        }
        offers = found["offers"]
        assert offers["by_state"] == {"approved": 1, "declined": 1, "refused": 1}
        assert (offers["leader_acceptance"], offers["school_agreement"]) == (0.667, 0.5)
        assert offers["reasons"] == [
            {"code": "no_time", "by": "leader", "count": 1},
            {"code": "not_coded", "by": "subject", "count": 1},
        ]
        assert [(band["schools"], band["leaders"], band["days_used"]) for band in found["load"]] == [
            (0, 2, 0),
            (1, 1, 2),
        ]
        spend = {each["kind"]: each for each in found["spend"]["budgets"]}
        grant = spend["deployment_grant"]
        assert [grant[name] for name in ("value", "committed", "claimed", "remaining")] == [
            20_000,
            4_800,
            1_200,
            14_000,
        ]
        assert (spend["partner_contract"]["partner"], spend["partner_contract"]["claimed"]) == ("acme", 70)
        assert found["spend"]["fees"] == [{"partner": "acme", "region": REGION, "kind": "matching", "amount": 70}]
        other = headers("partner", "partner:other", (REGION,))
        assert {each["kind"] for each in (await figures(steps, other))["spend"]["budgets"]} == {"deployment_grant"}

    async def test_split_support_is_one_need_and_two_deployments(self, steps: Steps, world: World) -> None:
        need = world.need(created_at=datetime.now(UTC) - timedelta(days=12))
        parts = []
        for role, days in (("trust_ceo", 6), ("nle", 4)):
            leader = world.leader(role=role)
            parts.append(Match(need, leader, world.proposal(need, leader, days=days, part=role), 100000))
        await steps.grant(20_000)
        before = await figures(steps, world.director())
        assert [each["needs"] for each in before["capacity"]["by_region_and_phase"] if each["needs"]] == [1]
        (episode,) = {await steps.episode(part) for part in parts}
        for part, days in zip(parts, (2, 1), strict=True):
            await steps.visit(part, episode, days=days)
        found = await figures(steps, world.director())
        once = {"measured": 1, "median_days": 12.0, "ninth_decile_days": 12.0}
        assert found["waits"] == {"needs": 1, "to_match": once, "to_first_visit": once}
        assert (found["offers"]["made"], found["offers"]["by_state"]) == (2, {"approved": 2})
        assert [(band["schools"], band["leaders"], band["days_used"]) for band in found["load"]] == [(1, 2, 3)]
        assert found["spend"]["budgets"][0]["committed"] == 10 * 600
        assert [each["needs"] for each in found["capacity"]["by_region_and_phase"] if each["needs"]] == []

    async def test_capacity_against_need(self, steps: Steps, world: World) -> None:
        for urn, phase in ((100001, "primary"), (100002, "special")):
            row = {
                "urn": urn,
                "name": "A school",
                "phase": phase,
                "region": REGION,
                "facts_version": "1",
                "source": "{}",
            }
            world.insert("schools", row)
            world.need(urn, areas=["achievement", "inclusion"])
        world.leader(days=8, strengths=["inclusion"])
        found = (await figures(steps, world.partner()))["capacity"]
        phases = {each["phase"]: each for each in found["by_region_and_phase"]}
        assert [(name, each["needs"], each["leaders"], each["lacking"]) for name, each in sorted(phases.items())] == [
            ("primary", 1, 1, True),
            ("special", 1, 0, True),
            ("trust", 0, 1, False),
        ]
        assert phases["primary"]["days_left"] == 8
        areas = {each["area"]: (each["needs"], each["leaders"], each["lacking"]) for each in found["by_area"]}
        assert areas == {"achievement": (2, 0, True), "inclusion": (2, 1, False)}

    async def test_what_is_offered_waits_no_more(self, steps: Steps, world: World) -> None:
        whole, other = world.match(100001), world.match(100002)
        assert await waiting(steps, world) == (2, 20)
        offer = (await steps.offer(whole))["id"]
        assert await waiting(steps, world) == (1, 10)
        await steps.offer(other, days=4)
        assert await waiting(steps, world) == (0, 0)
        await steps.respond(whole, offer, accepted=False, reason="full up")
        assert await waiting(steps, world) == (1, 10)

    async def test_a_part_waits_beside_the_other_at_every_step(self, steps: Steps, world: World) -> None:
        need = world.need()
        ceo, nle = (world.leader(role=role) for role in ("trust_ceo", "nle"))
        first = Match(need, ceo, world.proposal(need, ceo, days=6, part="trust_ceo"), 100000)
        second = Match(need, nle, world.proposal(need, nle, days=4, part="nle"), 100000)
        assert await waiting(steps, world) == (1, 10)
        offer = (await steps.offer(first))["id"]
        assert await waiting(steps, world) == (1, 4)
        await steps.respond(first, offer)
        await steps.agree(first, offer)
        episode = (await steps.approve(offer))["episode_id"]
        assert await waiting(steps, world) == (1, 4)
        other = (await steps.offer(second))["id"]
        assert await waiting(steps, world) == (0, 0)
        await steps.respond(second, other, accepted=False, reason="full up")
        assert await waiting(steps, world) == (1, 4)
        await steps.visit(first, episode, days=2)
        assert await waiting(steps, world) == (1, 4)
        await steps.move(episode, "stop")
        assert await waiting(steps, world) == (1, 8)

    async def test_what_is_undecided_changes_no_figure(self, steps: Steps, world: World) -> None:
        world.leader()
        world.need(100001)
        before = await figures(steps, world.dfe())
        for urn in range(100002, 100010):
            world.need(urn, state="provisional", areas=["inclusion"])
        assert await figures(steps, world.dfe()) == before

    async def test_another_region_or_period_is_left_out(self, steps: Steps, world: World) -> None:
        world.need(100001, tenancy_region="South East")
        world.need(100002, created_at="2020-01-01T00:00:00Z")
        assert (await figures(steps, world.dfe()))["waits"]["needs"] == 1
        assert (await figures(steps, world.partner()))["waits"]["needs"] == 0
        first = await figures(steps, world.dfe(), "since=2019-12-31&until=2020-01-01")
        assert first["waits"]["needs"] == 1
