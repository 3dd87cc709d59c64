"""Watch lists, notes and reminders: each person's own, and events on the day."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest
from services.triage.tests.conftest import DFE, READS, Prepared, Service, director, party
from services.triage.tests.documents import facts, graded

from shared.clock import today
from shared.testing.tokens import bearer
from triage.watch_list.reminding import raise_once

URN, OTHER = 100001, 100002
LIST = "/v1/watch-list"

PREPARED = Prepared(
    documents=(facts(URN, graded(overall=3)), facts(OTHER, graded(overall=2), region="North East")),
    runs=("ippr-2023",),
)


def person(name: str, region: str = "London") -> dict[str, str]:
    scope = (*READS, "watch-list:read", "watch-list:write")
    return bearer(scope=scope, org="dfe", role="improvement-team", regions=[region], user=name)


@pytest.fixture
def case(prepared: Service) -> Service:
    return prepared


async def put(case: Service, urns: list[int], token: dict[str, str], **headers: str) -> httpx.Response:
    return await case.client.put(LIST, json={"urns": urns}, headers={**token, **headers})


class TestWatchList:
    async def test_is_a_persons_own(self, case: Service) -> None:
        empty = (await case.get(LIST, person("a"))).json()
        assert (empty["version"], empty["schools"]) == (0, [])
        made = await put(case, [OTHER, URN, URN], person("a"))
        assert [each["urn"] for each in made.json()["schools"]] == [OTHER, URN]
        assert [each["proposed"] for each in made.json()["schools"]] == [None, "enhanced_support"]
        assert (await case.get(LIST, person("b"))).json()["schools"] == []

    async def test_a_change_starts_from_what_is_there(self, case: Service) -> None:
        first = await put(case, [URN], person("a"))
        assert (await put(case, [], person("a"))).status_code == 428
        assert (await put(case, [], person("a"), **{"If-Match": '"99"'})).status_code == 412
        again = await put(case, [], person("a"), **{"If-Match": first.headers["etag"]})
        assert (again.status_code, again.json()["version"]) == (200, 2)

    async def test_of_two_first_ones_at_once_one_is_told_to_read(self, case: Service) -> None:
        answers = await asyncio.gather(*(put(case, [URN], person("a")) for _ in range(4)))
        assert sorted(each.status_code for each in answers) == [200, 428, 428, 428]

    async def test_names_what_it_does_not_know(self, case: Service) -> None:
        answer = await put(case, [URN, 999999], person("a"))
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/urns/1")

    @pytest.mark.parametrize("token", [DFE, party("trust:5143")])
    async def test_takes_a_person_of_the_department(self, case: Service, token: dict[str, str]) -> None:
        assert (await case.get(LIST, token)).status_code == 403
        trust = bearer(scope=("watch-list:read",), org="trust:5143", role="trust", user="x")
        assert (await case.get(LIST, trust)).status_code == 403


class TestNotes:
    async def test_are_read_in_the_region_private_ones_by_their_author(self, case: Service) -> None:
        path = f"/v1/schools/{URN}/notes"
        for private in (False, True):
            body = {"text": f"private {private}", "private": private}
            assert (await case.post(path, body, person("a"))).status_code == 201

        async def texts(token: dict[str, str]) -> list[str]:
            return [each["text"] for each in (await case.get(path, token)).json()["data"]]

        assert await texts(person("a")) == ["private True", "private False"]
        assert await texts(person("b")) == ["private False"]
        assert (await case.get(path, person("c", "North East"))).status_code == 404
        assert (await case.post(path, {"text": "x"}, person("c", "North East"))).status_code == 404


class TestReminders:
    async def set(self, case: Service, in_days: int = 0, **changes: Any) -> httpx.Response:
        due = (today() + timedelta(days=in_days)).isoformat()
        return await case.post("/v1/reminders", {"urn": URN, "due_on": due, "text": "Ask", **changes}, director())

    async def test_are_told_once_on_the_day(self, case: Service) -> None:
        made = (await self.set(case)).json()
        later = (await self.set(case, 1)).json()
        raised = await asyncio.gather(*(raise_once(case.database) for _ in range(3)))
        assert sum(raised) == 1
        events = await case.rows("SELECT subject, data FROM outbox WHERE type = 'triage.reminder.due'")
        assert [(each.subject, each.data["reminder_id"]) for each in events] == [(str(URN), made["id"])]
        listed = (await case.get("/v1/reminders", director())).json()["data"]
        assert [(each["id"], each["raised_at"] is not None) for each in listed] == [
            (later["id"], False),
            (made["id"], True),
        ]

    async def test_a_past_day_and_an_unknown_school_are_refused(self, case: Service) -> None:
        assert (await self.set(case, -1)).status_code == 422
        assert (await self.set(case, urn=OTHER)).status_code == 404

    async def test_are_deleted_by_their_owner(self, case: Service) -> None:
        path = f"/v1/reminders/{(await self.set(case)).json()['id']}"
        assert (await case.client.delete(path, headers=person("b"))).status_code == 404
        assert (await case.client.delete(path, headers=director())).status_code == 204
        assert await raise_once(case.database) == 0
