"""Who is told of what, and that it arrives: through Notify's interface on a local server, or in a file."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey
from services.brokering.tests.support_world import REGION, Clock, Steps, World, headers

from brokering.clients.mail import FileMailer, Mail, MailFailed, NotifyMailer
from brokering.notifications.sending import GIVES_UP_AFTER, LEASE, Sender
from shared.db.session import Database
from shared.testing.plugin import DatabaseUrls

SERVICE = "11111111-2222-4333-8444-555555555555"
SECRET = "66666666-7777-4888-8999-aaaaaaaaaaaa"
TEMPLATE = "bbbbbbbb-cccc-4ddd-8eee-ffffffffffff"


class LocalNotify:
    """A server on the loopback that speaks Notify's interface: answers with what it is told, and keeps what came."""

    def __init__(self) -> None:
        self.came: list[dict[str, Any]] = []
        self.tokens: list[str] = []
        self.answers: list[int] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                status = outer.answers.pop(0) if outer.answers else 201
                if status == 201:
                    outer.came.append({"path": self.path, **body})
                outer.tokens.append(self.headers["Authorization"].removeprefix("Bearer "))
                answer = json.dumps({"id": f"sent-{body['reference']}"}).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's own name
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def notify() -> Iterator[LocalNotify]:
    made = LocalNotify()
    yield made
    made.close()


@pytest.fixture
def sender(notify: LocalNotify) -> Sender:
    return Sender(NotifyMailer(notify.url, f"key-{SERVICE}-{SECRET}", TEMPLATE))


@pytest.fixture
async def database(urls: DatabaseUrls) -> AsyncIterator[Database]:
    made = Database(urls.app)
    yield made
    await made.close()


@dataclass(frozen=True)
class Post:
    """Who sends, who receives, and over which database."""

    sender: Sender
    notify: LocalNotify
    database: Database

    async def send(self, now: datetime) -> int:
        return await self.sender.send_due(self.database, now)


@pytest.fixture
def post(sender: Sender, notify: LocalNotify, database: Database) -> Post:
    return Post(sender, notify, database)


async def told(steps: Steps, sent: dict[str, str]) -> list[tuple[str, str]]:
    found = (await steps.client.get("/v1/notifications", headers=sent)).json()["data"]
    return [(each["kind"], each["state"]) for each in reversed(found)]


async def contact(steps: Steps, org: str, role: str, sent: dict[str, str], expect: int = 200) -> None:
    body = {"email": f"{role.replace('_', '-')}@office.example"}
    answer = await steps.client.put(f"/v1/contacts/{org}/{role}", json=body, headers=sent)
    assert answer.status_code == expect, answer.text


class TestContacts:
    async def test_who_keeps_and_reads_them(self, steps: Steps, world: World) -> None:
        url = "/v1/contacts/school:100000/head_teacher"
        assert (await steps.client.put(url, json={"email": "a@b.example"})).status_code == 401
        await contact(steps, "school:100000", "head_teacher", world.school(100001), 403)
        await contact(steps, "school:100000", "head_teacher", world.partner(), 403)
        await contact(steps, "school:100000", "head_teacher", world.school())
        assert (await steps.client.get("/v1/contacts?org=school:100000", headers=world.school())).json()["data"]
        other = await steps.client.get("/v1/contacts?org=school:100000", headers=world.school(100001))
        assert other.json()["data"] == []
        assert (await steps.client.delete(url, headers=world.school(100001))).status_code == 404
        assert (await steps.client.delete(url, headers=world.school())).status_code == 204

    async def test_a_broker_keeps_those_of_its_regions(self, steps: Steps, world: World) -> None:
        columns = {"urn": 100000, "name": "St Brigid's", "region": REGION, "facts_version": "1", "source": "{}"}
        world.insert("schools", columns)
        await contact(steps, "school:100000", "head_teacher", world.partner())
        await contact(steps, "school:100000", "head_teacher", headers("partner", "partner:x", ("South East",)), 403)
        await contact(steps, f"region:{REGION}", "regional_director", world.director())

    async def test_what_is_no_address_or_role_is_422(self, steps: Steps, world: World) -> None:
        for role, email in (("head_teacher", "no address"), ("head_teacher", "a@b"), ("caretaker", "a@b.example")):
            url = f"/v1/contacts/school:100000/{role}"
            answer = await steps.client.put(url, json={"email": email}, headers=world.school())
            assert answer.status_code == 422, (role, email)


class TestWhoIsTold:
    async def test_each_party_is_told_when_it_is_its_turn(self, steps: Steps, world: World) -> None:
        partner = {"code": "acme", "name": "A delivery partner", "regions": [REGION]}
        await steps.client.post("/v1/delivery-partners", json=partner, headers=world.dfe())
        await steps.grant(10_000)
        match = world.match()
        episode = await steps.episode(match)
        await steps.visit(match, episode, days=1)
        await steps.sign_claim(match, await steps.claim(match, episode, days=1))
        url = f"/v1/episodes/{episode}/completion"
        await steps.client.post(url, json={"summary": "done"}, headers=world.partner())
        await steps.client.post(f"{url}/sign-off", json={"signed_off": True}, headers=world.school())
        assert [kind for kind, _ in await told(steps, world.leader_person(match.leader))] == [
            "offer_offered", "offer_approved", "claim_signed_off", "episode_completed",
        ]  # fmt: skip
        body = ["offer_accepted", "offer_approved", "claim_submitted", "episode_awaiting_sign_off"]
        for sent in (world.school(), headers("la", "la:201")):
            assert [kind for kind, _ in await told(steps, sent)] == body
        assert await told(steps, world.school(100001)) == []
        recipients = {row[0] for row in world.sql("SELECT recipient FROM notifications")}
        everyone = {f"leader:{match.leader}", "school:100000", "la:201", "partner:acme", f"region:{REGION}"}
        assert recipients == everyone


class TestSending:
    async def test_it_arrives_by_notify_signed_and_once(
        self, steps: Steps, world: World, post: Post, clock: Clock
    ) -> None:
        match = world.match()
        await contact(steps, f"leader:{match.leader}", "system_leader", world.leader_person(match.leader))
        await steps.offer(match, message="between us")
        assert await post.send(clock.now) == 1
        assert await post.send(clock.now) == 0
        (mail,) = post.notify.came
        assert (mail["path"], mail["email_address"]) == ("/v2/notifications/email", "system-leader@office.example")
        assert mail["template_id"] == TEMPLATE
        assert mail["personalisation"]["subject"] == "You have been offered support work at St Brigid's"
        assert "between us" not in json.dumps(mail)
        claims = jwt.decode(post.notify.tokens[0], OctKey.import_key(SECRET), algorithms=["HS256"]).claims
        assert claims["iss"] == SERVICE
        assert await told(steps, world.leader_person(match.leader)) == [("offer_offered", "sent")]

    async def test_a_failure_is_tried_again_with_growing_waits_until_it_arrives(
        self, steps: Steps, world: World, post: Post, clock: Clock
    ) -> None:
        match = world.match()
        await contact(steps, f"leader:{match.leader}", "system_leader", world.leader_person(match.leader))
        await steps.offer(match)
        post.notify.answers = [503, 429, 500]
        waits, now = [], clock.now
        for _ in range(4):
            assert await post.send(now) == 1
            ((due,),) = world.sql("SELECT next_attempt_at FROM notifications")
            waits.append((due - now).total_seconds())
            now = max(due, now)
        assert waits[:3] == [30, 60, 120]
        assert len(post.notify.came) == 1
        assert world.sql("SELECT state, attempts, problem FROM notifications") == [("sent", 4, None)]

    async def test_what_is_refused_for_good_or_fails_for_days_is_given_up_and_shown(
        self, steps: Steps, world: World, post: Post, clock: Clock
    ) -> None:
        for number, (status, later) in enumerate(((400, timedelta()), (503, GIVES_UP_AFTER))):
            match = world.match(100001 + number)
            await contact(steps, f"leader:{match.leader}", "system_leader", world.leader_person(match.leader))
            await steps.offer(match)
            post.notify.answers = [status]
            await post.send(clock.now + later)
            found = (await steps.client.get("/v1/notifications?state=failed", headers=world.partner())).json()["data"]
            assert (len(found), found[0]["problem"]) == (number + 1, f"the mail service answered {status}")

    async def test_a_process_that_dies_while_sending_loses_nothing(
        self, steps: Steps, world: World, post: Post, clock: Clock
    ) -> None:
        match = world.match()
        await contact(steps, f"leader:{match.leader}", "system_leader", world.leader_person(match.leader))
        await steps.offer(match)

        class Dying:
            async def send(self, mail: Mail) -> str:
                raise KeyboardInterrupt(mail.reference)

        with pytest.raises(KeyboardInterrupt):
            await Sender(Dying()).send_due(post.database, clock.now)
        assert await post.send(clock.now) == 0
        assert await post.send(clock.now + LEASE) == 1
        assert len(post.notify.came) == 1

    async def test_two_senders_share_the_work(self, steps: Steps, world: World, post: Post, clock: Clock) -> None:
        for number in range(4):
            match = world.match(100001 + number)
            await contact(steps, f"leader:{match.leader}", "system_leader", world.leader_person(match.leader))
            await steps.offer(match)
        await asyncio.gather(*(post.send(clock.now) for _ in range(3)))
        assert len(post.notify.came) == 4
        assert len({mail["reference"] for mail in post.notify.came}) == 4

    async def test_without_a_contact_it_waits_for_one(
        self, steps: Steps, world: World, post: Post, clock: Clock
    ) -> None:
        match = world.match()
        await steps.offer(match)
        await post.send(clock.now)
        assert await told(steps, world.leader_person(match.leader)) == [("offer_offered", "no_contact")]
        await contact(steps, f"leader:{match.leader}", "system_leader", world.leader_person(match.leader))
        assert await post.send(clock.now) == 1
        assert len(post.notify.came) == 1

    async def test_silence_is_tried_again(self, notify: LocalNotify) -> None:
        notify.close()
        mail = Mail("1", "a@b.example", "t", "m")
        with pytest.raises(MailFailed) as failed:
            await NotifyMailer(notify.url, f"key-{SERVICE}-{SECRET}", TEMPLATE).send(mail)
        assert failed.value.again

    async def test_by_default_it_goes_into_a_file(self, tmp_path: Path) -> None:
        path = tmp_path / "mail.ndjson"
        await FileMailer(path).send(Mail("1", "a@b.example", "title", "text"))
        await FileMailer(path).send(Mail("2", "a@b.example", "title", "text"))
        assert [json.loads(line)["reference"] for line in path.read_text().splitlines()] == ["1", "2"]
        with pytest.raises(MailFailed):
            await FileMailer(tmp_path / "no" / "folder").send(Mail("3", "a@b.example", "title", "text"))


class TestTasks:
    async def test_signatures_wait_on_the_supported_body(self, steps: Steps, world: World) -> None:
        match = world.match()
        episode = await steps.episode(match)
        await steps.visit(match, episode, days=1)
        claim = await steps.claim(match, episode, days=1)
        url = f"/v1/episodes/{episode}/completion"
        await steps.client.post(url, json={"summary": "done"}, headers=world.partner())
        found = (await steps.client.get("/v1/tasks?waits_on=subject", headers=world.school())).json()["data"]
        assert {(each["kind"], each["claim_id"], each["episode_id"]) for each in found} == {
            ("sign_off_claim", claim["id"], episode),
            ("sign_off_completion", None, episode),
        }
        assert (await steps.client.get("/v1/tasks", headers=world.school(100001))).json()["data"] == []
