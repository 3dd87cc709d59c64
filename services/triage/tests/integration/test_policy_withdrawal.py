"""A version that is active from a day still to come, taken back before that day or replaced by another."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from services.triage.tests.conftest import DFE, READS, Service, director
from services.triage.tests.documents import card, facts
from services.triage.tests.drafting import IPPR, OFFICIAL, VERSIONS, drafted, next_version, stepped, stricter

from shared.clock import today
from shared.testing.plugin import CloneDatabase, DatabaseUrls
from shared.testing.tokens import bearer
from triage.migrate import SERVICE_DIR

DRAFTER = bearer(scope=(*READS, "policies:write"), org="dfe", role="dfe")
PARTNER = bearer(scope=READS, org="partner:1", role="partner")
BACK = f"{VERSIONS}/2/activation/withdrawal"
WHY = {"reason": "The date has slipped."}


@pytest.fixture
def urls(cloned_database: CloneDatabase) -> DatabaseUrls:
    """A database of its own: a version that is added cannot be taken away."""
    return cloned_database("triage", SERVICE_DIR)


async def states(service: Service) -> dict[int, tuple[str, Any]]:
    shown = (await service.get(f"/v1/policies/{IPPR}", OFFICIAL)).json()["versions"]
    return {each["version"]: (each["state"], each["in_force_to"]) for each in shown}


class TestAccess:
    @pytest.mark.parametrize("token", [DFE, DRAFTER, director()])
    async def test_takes_a_person_who_may_activate(self, service: Service, token: dict[str, str]) -> None:
        assert (await service.post(BACK, WHY, token)).status_code == 403

    async def test_no_token(self, service: Service) -> None:
        assert (await service.client.post(BACK, json=WHY)).status_code == 401


class TestWithdrawingAnActivation:
    async def test_leaves_the_version_before_in_force_and_is_told(self, service: Service) -> None:
        before = (await service.get(f"{VERSIONS}/1", OFFICIAL)).json()
        begins = today() + timedelta(days=30)
        await drafted(service, await next_version(service, begins))
        await stepped(service, 2, "activation")
        answer = await service.post(BACK, WHY, OFFICIAL)
        assert answer.status_code == 200, answer.text
        made = answer.json()
        assert (made["state"], made["step"]["reason"], made["step"]["taken_by"]) == (
            "withdrawn", WHY["reason"], "official-1"
        )  # fmt: skip
        assert [each["step"] for each in made["steps"]] == ["activated", "withdrawn"]
        assert await states(service) == {1: ("in_force", None), 2: ("withdrawn", None)}
        assert (await service.get(f"{VERSIONS}/1", OFFICIAL)).json() == before
        told = (await service.rows("SELECT type, data FROM outbox ORDER BY id"))[-1]
        assert told.type == "triage.policy.withdrawn"
        assert told.data == {
            "scheme": IPPR, "version": 2, "in_force_from": begins.isoformat(), "replaced_by": None
        }  # fmt: skip

    async def test_what_was_announced_can_still_be_read(self, service: Service) -> None:
        await drafted(service, await next_version(service))
        await stepped(service, 2, "activation")
        await service.post(BACK, WHY, OFFICIAL)
        assert (await service.get(f"{VERSIONS}/2", PARTNER)).json()["state"] == "withdrawn"
        page = await service.get(f"{VERSIONS}/2", {**PARTNER, "Accept": "text/html"})
        assert "Withdrawn by policy-official (official-1): The date has slipped." in page.text

    async def test_its_day_comes_and_changes_nothing(self, service: Service) -> None:
        await service.load(facts(100000, card(inclusion="needs_attention")))
        await service.run()
        stands = await service.assessment(100000)
        begins = today() + timedelta(days=1)
        await drafted(service, stricter(await next_version(service, begins)))
        await stepped(service, 2, "activation")
        await service.post(BACK, WHY, OFFICIAL)
        await service.reassess(begins)
        assert await service.assessment(100000) == stands

    async def test_only_before_its_first_day(self, service: Service) -> None:
        begins = today() + timedelta(days=1)
        await drafted(service, await next_version(service, begins))
        draft = await service.post(BACK, WHY, OFFICIAL)
        assert (draft.status_code, draft.json()["type"]) == (409, "urn:problem:not-coming")
        await stepped(service, 2, "activation")
        service.on(begins)
        late = await service.post(BACK, WHY, OFFICIAL)
        service.on(None)
        assert (late.status_code, late.json()["type"]) == (409, "urn:problem:not-coming")
        assert f"Version 2 is in_force (from {begins})" in late.json()["detail"]
        assert (await states(service))[2][0] == "coming"

    async def test_once_and_for_good(self, service: Service) -> None:
        await drafted(service, await next_version(service))
        await stepped(service, 2, "activation")
        answers = await asyncio.gather(*(service.post(BACK, WHY, OFFICIAL) for _ in range(3)))
        assert sorted(each.status_code for each in answers) == [200, 409, 409]
        again = await service.post(f"{VERSIONS}/2/activation", WHY, OFFICIAL)
        assert (again.status_code, again.json()["type"]) == (409, "urn:problem:not-a-draft")
        with pytest.raises(Exception, match="permission denied"):
            await service.rows("DELETE FROM policy_withdrawals RETURNING 1")

    async def test_of_what_there_is_not(self, service: Service) -> None:
        assert (await service.post(f"{VERSIONS}/9/activation/withdrawal", WHY, OFFICIAL)).status_code == 404


class TestReplacing:
    async def test_is_one_step(self, service: Service) -> None:
        document = await next_version(service, today() + timedelta(days=10))
        for _ in range(2):
            await drafted(service, document)
        await stepped(service, 2, "activation")
        blocked = await service.post(f"{VERSIONS}/3/activation", WHY, OFFICIAL)
        assert (blocked.status_code, blocked.json()["type"]) == (409, "urn:problem:policy-overlap")
        made = await service.post(f"{VERSIONS}/3/activation", {**WHY, "replaces": 2}, OFFICIAL)
        assert (made.status_code, made.json()["state"]) == (200, "coming")
        last = (today() + timedelta(days=9)).isoformat()
        assert await states(service) == {1: ("in_force", last), 2: ("withdrawn", None), 3: ("coming", None)}
        assert (await service.get(f"{VERSIONS}/2", OFFICIAL)).json()["step"]["replaced_by"] == 3
        told = [row.type for row in await service.rows("SELECT type FROM outbox ORDER BY id")]
        assert told == [f"triage.policy.{each}" for each in ("activated", "withdrawn", "activated")]

    async def test_nothing_of_it_is_done_where_another_blocks(self, service: Service) -> None:
        document = await next_version(service)
        days = [(5, 9), (20, None), (5, None)]
        for first, last in days:
            ends = None if last is None else (today() + timedelta(days=last)).isoformat()
            dates = {"from": (today() + timedelta(days=first)).isoformat(), "to": ends}
            await drafted(service, {**document, "in_force": dates})
        await stepped(service, 2, "activation")
        await stepped(service, 3, "activation")
        blocked = await service.post(f"{VERSIONS}/4/activation", {**WHY, "replaces": 2}, OFFICIAL)
        assert blocked.status_code == 409
        assert "Version 3" in blocked.json()["detail"]
        assert [state for state, _ in (await states(service)).values()] == ["in_force", "coming", "coming", "draft"]

    @pytest.mark.parametrize(("replaces", "status"), [(1, 409), (2, 409), (9, 422), (0, 422)])
    async def test_only_what_is_still_to_come(self, service: Service, replaces: int, status: int) -> None:
        await drafted(service, await next_version(service))
        answer = await service.post(f"{VERSIONS}/2/activation", {**WHY, "replaces": replaces}, OFFICIAL)
        assert answer.status_code == status, answer.text
        assert (await states(service))[2][0] == "draft"
