"""Brokering with a round, offers, an episode and its money."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any
from uuid import UUID

from services.brokering.tests.fakes import FakeFacts, FakeFeed
from services.brokering.tests.matching_world import DFE, MatchingWorld
from services.brokering.tests.support_money import partner_with_contract
from services.brokering.tests.support_world import Match, Steps, headers
from services.brokering.tests.support_world import World as SupportWorld
from tests.drills.fuzz.running import Running, running
from tests.drills.fuzz.world import AUTHORITY, COMMON, FINAL, REGION, SAMPLE, TRUST, Headers, World, tokens_of

import brokering.app
from brokering.intake import inspection as school_intake
from brokering.intake import triage as triage_intake
from brokering.settings import Settings as BrokeringSettings
from shared.db.session import Database
from shared.events.consumer import FeedConsumer
from shared.testing.plugin import DatabaseUrls


@contextmanager
def brokering_world(urls: DatabaseUrls) -> Iterator[World]:
    """Brokering with a solved round, an offer, an episode with entries in its ledger, and batches of both kinds."""
    settings = BrokeringSettings(database_url=urls.app, **COMMON)
    parties = SupportWorld(urls)
    with running(brokering.app.create_app(settings)) as service:
        tokens = tokens_of(service.app.openapi(), f"trust:{TRUST}")
        yield World("brokering", service, urls, service.call(_broker(service, urls, parties, tokens["user"])), tokens)
    parties.close()


async def _broker(service: Running, urls: DatabaseUrls, parties: SupportWorld, user: Headers) -> dict[str, list[Any]]:
    database = Database(urls.app)
    facts, feeds = FakeFacts(), {"inspection": FakeFeed("/inspection"), "triage": FakeFeed("/triage")}
    schools = school_intake.SchoolIntake(facts)
    consumers: dict[str, FeedConsumer[Any]] = {
        "inspection": FeedConsumer("inspection", feeds["inspection"], database, schools.prepare, schools.apply),
        "triage": FeedConsumer("triage", feeds["triage"], database, triage_intake.prepare, triage_intake.apply),
    }
    held = MatchingWorld(service.client, database, facts, feeds, consumers, urls.owner)
    for urn in range(100001, 100006):
        held.school(urn)
        held.assess(urn)
        held.decide(urn)
    for number in range(4):
        await held.leader(f"CEO-0000{number}", max_concurrent=1)
    other, done = await held.round(), await held.round()
    tried = await _what_if(held)
    await held.stop_working()
    roster = (SAMPLE / "system_leaders_2026-06-30.csv").read_bytes()
    found = (await held.get(f"/v1/matching-rounds/{done['id']}/proposals"))["data"]
    support = await _support(Steps(service.client, parties), [_match(each) for each in found], user)
    doubted = await _designation_in_doubt(held)
    sent = {**user, "Content-Type": "text/csv"}
    leaders = await service.client.post("/v1/leaders/batches", content=roster, headers=sent)
    urn = int(found[1]["subject"]["id"])
    its_own = headers("school", f"school:{urn}", scope="need-statements:make")
    wish = {"urn": urn, "days": 6, "text": "Somebody who has led a small school."}
    statement = await service.client.post("/v1/need-statements", json=wish, headers=its_own)
    assert statement.status_code == HTTPStatus.CREATED, statement.text
    await database.close()
    return {
        "statement_id": [statement.json()["id"]],
        "urn": [urn],
        "leader_id": [each["leader_id"] for each in found],
        "need_id": [each["need_id"] for each in found],
        "proposal_id": [each["id"] for each in found],
        "round_id": [done["id"]],
        "other_id": [other["id"]],
        "what_if_id": [tried],
        "recheck_id": [doubted],
        "org": [f"la:{AUTHORITY}"],
        "/v1/leaders/batches/{batch_id}": [leaders.json()["id"]],
        "/v1/leaders/batches/{batch_id}/rejections": [leaders.json()["id"]],
        "region": [REGION],
        "la": [AUTHORITY],
        "text/csv": [roster],
        **support,
    }


def _match(proposal: dict[str, Any]) -> Match:
    need, leader, own = (UUID(proposal[name]) for name in ("need_id", "leader_id", "id"))
    return Match(need, leader, own, int(proposal["subject"]["id"]))


async def _what_if(held: MatchingWorld) -> str:
    """A what-if on days that has come to its end."""
    held.work()
    answer = await held.client.post("/v1/what-ifs/days", headers=DFE, json={"days": [6]})
    document: dict[str, Any] = answer.json()
    async with asyncio.timeout(60):
        while document["state"] not in FINAL:
            document = await held.get(answer.headers["location"])
    return str(document["id"])


async def _designation_in_doubt(held: MatchingWorld) -> str:
    """A designation to be looked at again, since its leader's own school is in special measures."""
    authority = {"kind": "local_authority", "id": AUTHORITY, "name": "Own"}
    leader = await held.leader("NLE-00001", role="nle", organisation=authority, base_urn=100777)
    since = {"kind": "nle", "valid_from": "2024-09-01"}
    await held.post(f"/v1/leaders/{leader['id']}/designations", since)
    card = {"kind": "graded", "starts_on": "2026-01-12", "category_of_concern": "SM", "overall": None, "areas": []}
    held.school(100777, inspections=[card], responsible_body=authority)
    await held.follow()
    return str((await held.get("/v1/designation-rechecks"))["data"][0]["id"])


async def _support(steps: Steps, matches: list[Match], user: Headers) -> dict[str, list[Any]]:
    """Return the ids of an offer, an episode with a visit and a claim, what pays for it, and what was asked."""
    supported, offered, asked, *_ = matches
    grant = await steps.grant(10_000)
    episode = await steps.episode(supported)
    visit = await steps.visit(supported, episode, days=2)
    claim = await steps.claim(supported, episode, days=1)
    offer = (await steps.offer(offered))["id"]
    batch = await steps.client.post("/v1/approvals/batches", json={"rows": [{"offer_id": offer}]}, headers=user)
    path = f"/v1/proposals/{asked.proposal}/conflict-check"
    check = await steps.client.post(path, headers=steps.world.partner())
    *_, partner, _, contract = (await partner_with_contract(steps, "acme", 20_000)).split("/")
    return {
        "offer_id": [offer],
        "episode_id": [episode],
        "visit_id": [visit["id"]],
        "claim_id": [claim["id"]],
        "grant_id": [grant["id"]],
        "check_id": [check.json()["id"]],
        "partner_id": [partner],
        "contract_id": [contract],
        "/v1/approvals/batches/{batch_id}": [batch.headers["location"].rpartition("/")[2]],
    }
