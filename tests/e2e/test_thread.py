"""One need from proposal to ledger: decided, offered, accepted, agreed, approved, and each step in its order."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import httpx
import pytest
from tests.e2e.conftest import Loaded
from tests.e2e.platform import Document, until


@dataclass(frozen=True)
class Match:
    """A proposed match of a school's need: the round's proposal, the need, the school's URN."""

    proposal: Document
    need: Document
    urn: int

    @property
    def leader_org(self) -> str:
        return f"leader:{self.proposal['leader_id']}"

    @property
    def school_org(self) -> str:
        return f"school:{self.urn}"


@pytest.fixture(scope="module")
def solved(sample: Loaded) -> Document:
    return sample.platform.match()


@pytest.fixture(scope="module")
def match(sample: Loaded, solved: Document) -> Match:
    proposals = sample.platform.stream("brokering", f"/v1/matching-rounds/{solved['id']}/proposals")
    proposal = min(proposals, key=lambda one: one["id"])
    need = sample.platform.get("brokering", f"/v1/needs/{proposal['need_id']}")
    return Match(proposal, need, int(need["subject"]["id"]))


def _offer(sample: Loaded, match: Match) -> httpx.Response:
    client = sample.platform.client("brokering", "partner")
    return client.post(f"/v1/proposals/{match.proposal['id']}/offer", json={})


@pytest.fixture(scope="module")
def decided(sample: Loaded, match: Match) -> Match:
    """The need once the regional director has decided and brokering has heard of it."""
    assert _offer(sample, match).status_code == httpx.codes.CONFLICT, "an offer on an undecided need"
    platform = sample.platform
    seen = platform.get("triage", f"/v1/schools/{match.urn}/assessment", scheme="ippr-2023")
    decision = {"assessment_id": seen["id"], "tier": "enhanced_support", "route": "support_and_oversight",
                "consulted": ["school", "responsible_body"],
                "effective_on": dt.datetime.now(dt.UTC).date().isoformat()}  # fmt: skip
    path = f"/v1/schools/{match.urn}/decisions"
    assert platform.client("triage", "dfe").post(path, json=decision).status_code == httpx.codes.FORBIDDEN
    unheard = platform.client("triage", "regional-director").post(path, json=decision)
    assert unheard.status_code == httpx.codes.CONFLICT, "a decision without having heard"
    assert platform.decide(match.urn)["proposed"] == "enhanced_support"
    until(lambda: _in_state(sample, match, "decided"), "the decision at brokering", patience=60)
    return match


def _in_state(sample: Loaded, match: Match, state: str) -> Document | None:
    need = sample.platform.get("brokering", f"/v1/needs/{match.need['id']}")
    return need if need["state"] == state else None


@pytest.fixture(scope="module")
def offer(sample: Loaded, decided: Match) -> Document:
    made = _offer(sample, decided)
    assert made.status_code == httpx.codes.CREATED, made.text
    document: Document = made.json()
    return document


@pytest.fixture(scope="module")
def episode(sample: Loaded, decided: Match, offer: Document) -> Document:
    """The episode that opens once leader, school and regional director have said yes, in this order only."""
    platform, path = sample.platform, f"/v1/offers/{offer['id']}"
    approve = {"approved": True}
    early = platform.client("brokering", "regional-director").post(f"{path}/approval", json=approve)
    assert early.status_code == httpx.codes.CONFLICT
    other = platform.client("brokering", "leader", "leader:00000000-0000-7000-8000-000000000000")
    assert other.post(f"{path}/response", json={"accepted": True}).status_code == httpx.codes.NOT_FOUND
    platform.post("brokering", f"{path}/response", role="leader", org=decided.leader_org, json={"accepted": True})
    agreement = {"agreed": True, "conflicts_seen": True}
    platform.post("brokering", f"{path}/school-agreement", role="school", org=decided.school_org, json=agreement)
    client_token = platform.client("brokering", "dfe").post(f"{path}/approval", json=approve)
    assert client_token.status_code == httpx.codes.FORBIDDEN
    approved = platform.post("brokering", f"{path}/approval", role="regional-director", json=approve).json()
    return platform.get("brokering", f"/v1/episodes/{approved['episode_id']}")


class TestTheThread:
    def test_the_round_met_most_needs_and_explains_the_others(self, sample: Loaded, solved: Document) -> None:
        enhanced = sum(one.ippr == "enhanced_support" for one in sample.expected.values())
        assert solved["needs"] >= enhanced * 0.9
        assert solved["matched"] > solved["unmatched"] > 2
        unmatched = list(sample.platform.stream("brokering", f"/v1/matching-rounds/{solved['id']}/unmatched"))
        assert len(unmatched) == solved["unmatched"]
        assert all(one["reasons"] for one in unmatched)

    def test_days_are_reserved_for_the_episode(self, decided: Match, episode: Document) -> None:
        assert episode["need_id"] == decided.need["id"]
        assert (episode["days"]["reserved"], episode["days"]["used"]) == (10, 0)
        assert episode["days"]["cap"] == 10

    def test_used_days_move_in_the_ledger_and_never_over_the_cap(self, sample: Loaded, episode: Document) -> None:
        platform, path = sample.platform, f"/v1/episodes/{episode['id']}"
        today = dt.datetime.now(dt.UTC).date().isoformat()
        entry = {"kind": "used", "days": 2.5, "on": today}
        client = platform.client("brokering", "partner")
        added = client.post(f"{path}/ledger", json=entry)
        assert added.status_code == httpx.codes.CREATED, added.text
        assert client.post(f"{path}/ledger", json={**entry, "days": 8}).status_code == httpx.codes.CONFLICT
        after = platform.get("brokering", path)["days"]
        assert (after["reserved"], after["used"]) == (7.5, 2.5)
        ledger = platform.get("brokering", f"{path}/ledger")
        assert [one["kind"] for one in ledger["data"]] == ["offered", "reserved", "used"]

    def test_the_parties_see_the_episode_and_nobody_else(
        self, sample: Loaded, decided: Match, episode: Document
    ) -> None:
        path = f"/v1/episodes/{episode['id']}"
        platform = sample.platform
        for role, org in (("school", decided.school_org), ("leader", decided.leader_org)):
            assert platform.client("brokering", role, org).get(path).status_code == httpx.codes.OK, role
        for role, org in (("school", "school:700001"), ("trust", "trust:90029"), ("la", "la:999")):
            assert platform.client("brokering", role, org).get(path).status_code == httpx.codes.NOT_FOUND, role
        assert platform.client("brokering", None).get(path).status_code == httpx.codes.UNAUTHORIZED

    def test_the_need_is_in_support_and_takes_no_second_offer(
        self, sample: Loaded, decided: Match, episode: Document
    ) -> None:
        assert episode["state"] == "open"
        assert _in_state(sample, decided, "in_support")
        assert _offer(sample, decided).status_code == httpx.codes.CONFLICT
