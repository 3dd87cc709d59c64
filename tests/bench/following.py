"""How soon one service shows what was done in another: a card published, a decision made; how long a what-if takes."""

from __future__ import annotations

import asyncio
import datetime as dt
import statistics
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from itertools import islice

import httpx
from tests.bench.table import Line
from tests.bench.work import timed
from tests.e2e.platform import Document, Platform, until

A_SECOND = 50
CARDS = 500
DECISIONS = 250
ROUNDS = 3
TARGET_MILLISECONDS = 250.0
TARGET_SECONDS = 5.0
PATIENCE = 60.0
WORSE = {"achievement": "needs_attention"}
AREAS = (
    "inclusion",
    "curriculum_and_teaching",
    "achievement",
    "attendance_and_behaviour",
    "personal_development_and_wellbeing",
    "leadership_and_governance",
    "early_years",
    "post_16",
)
ANY_NEEDS_ATTENTION = {"weak": {"card_any_grades": ["urgent_improvement", "needs_attention"]}}

Key = Callable[[Document], str | None]


class Watch:
    """Follows a feed in a thread of its own and notes when it tells of something first."""

    def __init__(self, platform: Platform, service: str, key: Key) -> None:
        self.seen: dict[str, float] = {}
        self._platform = platform
        self._service = service
        self._key = key
        self._stop = threading.Event()
        self._cursor = platform.get(service, "/v1/changes", limit=1)["head"]
        self._thread = threading.Thread(target=self._follow, daemon=True)
        self._thread.start()

    def _follow(self) -> None:
        client = httpx.Client(
            base_url=self._platform.urls[self._service],
            headers={"Authorization": f"Bearer {self._platform.token('dfe')}"},
            timeout=PATIENCE,
            trust_env=False,
        )
        while not self._stop.is_set():
            page = client.get("/v1/changes", params={"after": self._cursor, "limit": 1000, "wait": 1}).json()
            now = time.perf_counter()
            for event in page["data"]:
                if (key := self._key(event)) is not None:
                    self.seen.setdefault(key, now)
            self._cursor = page["paging"]["next_cursor"]

    def all_of(self, keys: set[str]) -> dict[str, float]:
        """When each of these was told of; waits until all are."""
        until(lambda: (keys <= self.seen.keys()) or None, "the last of the changes", PATIENCE)
        self._stop.set()
        self._thread.join()
        return self.seen


def publication_line(platform: Platform) -> Line:
    """From the answer to a publication to the event that tells of the new proposal, at 50 publications a second."""
    drafts = dict(_drafts(platform))
    watch = Watch(platform, "triage", _proposal)

    async def publish(client: httpx.AsyncClient, urn: str) -> None:
        answer = await client.post(f"/v1/inspections/{drafts[urn]}/publication")
        assert answer.is_success, answer.text

    done = asyncio.run(_at_a_rate(platform, "inspection", "ofsted", list(drafts), publish))
    seen = watch.all_of(set(drafts))
    return _line("card published to new proposal, p99", [seen[urn] - done[urn] for urn in drafts])


def decision_line(platform: Platform) -> Line:
    """From the answer to a decision to the event that tells of the need decided, at 50 decisions a second."""
    needs = {one["subject"]["id"]: one for one in platform.stream("brokering", "/v1/needs", state="provisional")}
    proposed = platform.stream("triage", "/v1/assessments", scheme="ippr-2023", result="enhanced_support")
    assessed = {str(one["urn"]): one["id"] for one in proposed}
    urns = sorted(needs.keys() & assessed.keys())[:DECISIONS]
    watch = Watch(platform, "brokering", _decided)
    body = {
        "tier": "enhanced_support",
        "route": "support_and_oversight",
        "consulted": ["school"],
        "effective_on": dt.datetime.now(dt.UTC).date().isoformat(),
        "urgent": {"ground": "safeguarding", "religious_authority": "diocese:D1"},
        "reason": "Measured: decided at once.",
    }

    async def decide(client: httpx.AsyncClient, urn: str) -> None:
        answer = await client.post(f"/v1/schools/{urn}/decisions", json={**body, "assessment_id": assessed[urn]})
        assert answer.is_success, answer.text

    done = asyncio.run(_at_a_rate(platform, "triage", "regional-director", urns, decide))
    told = {urn: needs[urn]["id"] for urn in urns}
    seen = watch.all_of(set(told.values()))
    return _line("decision made to need decided, p99", [seen[told[urn]] - done[urn] for urn in urns])


def simulation_line(platform: Platform) -> Line:
    """A what-if over all England."""
    body = {"scheme": "ippr-2023", "parameters": ANY_NEEDS_ATTENTION}

    def simulate() -> None:
        platform.job("triage", platform.post("triage", "/v1/simulations", json=body))

    seconds = statistics.median(timed(simulate) for _ in range(ROUNDS))
    return Line("simulation over all England", "s", seconds, TARGET_SECONDS, "the target", "<= 1")


def _line(title: str, seconds: list[float]) -> Line:
    p99 = statistics.quantiles(seconds, n=100)[98] * 1000
    return Line(title, "ms", p99, TARGET_MILLISECONDS, "the target", "<= 1")


def _proposal(event: Document) -> str | None:
    of_facts = event["type"] == "triage.assessment.changed" and event["data"]["cause"] == "facts"
    return event["subject"] if of_facts and event["data"]["scheme"] == "ippr-2023" else None


def _decided(event: Document) -> str | None:
    decided = event["type"] == "brokering.need.changed" and event["data"].get("state") == "decided"
    return str(event["data"]["id"]) if decided else None


async def _at_a_rate(
    platform: Platform,
    service: str,
    role: str,
    keys: list[str],
    act: Callable[[httpx.AsyncClient, str], Awaitable[None]],
) -> dict[str, float]:
    """Do it for each key, so many a second whatever the answers take; when each was answered."""
    done: dict[str, float] = {}
    headers = {"Authorization": f"Bearer {platform.token(role)}"}

    async with httpx.AsyncClient(
        base_url=platform.urls[service], headers=headers, timeout=PATIENCE, trust_env=False
    ) as client:

        async def one(key: str, at: float) -> None:
            await asyncio.sleep(at - time.perf_counter())
            await act(client, key)
            done[key] = time.perf_counter()

        began = time.perf_counter() + 0.5
        await asyncio.gather(*(one(key, began + place / A_SECOND) for place, key in enumerate(keys)))
    return done


def _drafts(platform: Platform) -> Iterator[tuple[str, str]]:
    """Cards that have passed quality assurance, by the URN of their school."""
    client = platform.client("inspection", "ofsted")
    today = dt.datetime.now(dt.UTC).date()
    starts_on = (today - dt.timedelta(days=30)).isoformat()
    areas = [{"area": area, "grade": WORSE.get(area, "expected_standard")} for area in AREAS]
    schools = platform.stream("inspection", "/v1/schools", status="open")
    for place, school in enumerate(islice(schools, CARDS)):
        card = {"urn": school["urn"], "number": f"2{place:07}", "starts_on": starts_on, "safeguarding": "met"}
        made = client.post("/v1/inspections", json={**card, "published_on": today.isoformat(), "areas": areas})
        assert made.is_success, made.text
        passed = client.post(f"/v1/inspections/{made.json()['id']}/quality-assurance", json={"passed": True})
        assert passed.is_success, passed.text
        yield str(school["urn"]), made.json()["id"]
