"""What schools say that they need: who may, what they are told, and what those who match read of it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from services.brokering.tests.matching_world import (
    DFE,
    FAR_PARTNER,
    REGION,
    MatchingWorld,
    as_trust,
    in_trust,
)

from shared.testing.tokens import bearer

URN = 100001
PATH = "/v1/need-statements"
BOTH = "need-statements:read need-statements:make"
PARTNER = bearer(
    scope="needs:read needs:write need-statements:read", org="partner:1", role="partner", regions=[REGION], user="a"
)
AWAY = bearer(scope=BOTH, org="partner:2", role="partner", regions=["North East"], user="b")
EVERY = bearer(scope="need-statements:read", org="dfe", role="dfe")
SAID = {"urn": URN, "days": 4.5, "areas": ["inclusion"], "form": "on_site", "text": "Attendance in key stage 1."}


def school(urn: int = URN, scope: str = BOTH) -> dict[str, str]:
    return bearer(scope=scope, org=f"school:{urn}", role="school", user="the-head")


def trust(uid: str = "5143") -> dict[str, str]:
    return bearer(scope=BOTH, org=f"trust:{uid}", role="trust")


def authority(code: str = "208") -> dict[str, str]:
    return bearer(scope=BOTH, org=f"la:{code}", role="la", user="an-officer")


async def known(world: MatchingWorld, urn: int = URN, **changes: Any) -> None:
    world.school(urn, **changes)
    await world.follow()


async def ids(world: MatchingWorld, headers: dict[str, str], **filters: Any) -> list[str]:
    return [each["id"] for each in (await world.get(PATH, headers, **filters))["data"]]


class TestAccess:
    async def test_every_route_takes_a_token_with_its_scope(self, world: MatchingWorld) -> None:
        for path in (PATH, f"{PATH}/00000000-0000-0000-0000-000000000000"):
            assert (await world.client.get(path)).status_code == 401
            await world.get(path, school(scope="need-statements:make proposals:read"), status=403)
        assert (await world.client.post(PATH, json=SAID)).status_code == 401
        await world.post(PATH, SAID, school(scope="need-statements:read offers:agree"), status=403)

    async def test_the_school_and_the_body_that_answers_for_it_speak(self, world: MatchingWorld) -> None:
        await known(world, **in_trust("5143"))
        for speaker, party in ((school(), "school"), (trust(), "responsible_body")):
            made = await world.post(PATH, SAID, speaker)
            assert (made["party"], made["standing"], made["supersedes"]) == (party, True, None)

    async def test_nobody_else_does(self, world: MatchingWorld) -> None:
        await known(world, **in_trust("5143"))
        leader = bearer(scope=BOTH, org="leader:x", role="leader", user="c")
        department = bearer(scope=BOTH, org="dfe", role="dfe")
        for speaker in (school(100002), trust("5144"), authority("208"), leader, AWAY, department):
            refused = await world.post(PATH, SAID, speaker, status=422)
            assert [(each["pointer"], each["code"]) for each in refused["errors"]] == [("/urn", "unknown_school")]
        assert await ids(world, EVERY) == []

    async def test_it_is_read_by_the_parties_of_today_and_in_the_region(self, world: MatchingWorld) -> None:
        await known(world, **in_trust("5143"))
        made = await world.post(PATH, SAID, school())
        for reader in (school(), trust(), PARTNER, EVERY):
            assert await ids(world, reader) == [made["id"]]
            assert await world.get(f"{PATH}/{made['id']}", reader) == made
        for stranger in (school(100002), trust("6000"), authority("208"), AWAY):
            assert await ids(world, stranger) == []
            await world.get(f"{PATH}/{made['id']}", stranger, status=404)
        await known(world, **in_trust("6000"))
        assert await ids(world, trust()) == []
        assert await ids(world, trust("6000")) == [made["id"]]

    async def test_the_database_keeps_strangers_out_and_changes_nothing(self, world: MatchingWorld) -> None:
        await known(world, **in_trust("5143"))
        await world.post(PATH, SAID, school())
        shown = {
            ("none", "", ""): 0,
            ("scoped", "school:100002", ""): 0,
            ("scoped", "trust:5143", ""): 1,
            ("scoped", "", REGION): 1,
            ("scoped", "", "North East"): 0,
        }
        async with world.database.sessions() as session:
            connection = await session.connection()
            for claims, rows in shown.items():
                names = ("visibility", "orgs", "regions")
                for name, value in zip(names, claims, strict=True):
                    await connection.exec_driver_sql(f"SELECT set_config('app.{name}', '{value}', true)")
                found = (await connection.exec_driver_sql("SELECT count(*) FROM need_statements")).scalar_one()
                assert found == rows, claims
        for statement in ("UPDATE need_statements SET text = 'x'", "DELETE FROM need_statements"):
            with pytest.raises(Exception, match="permission denied"):
                await world.sql(statement)


class TestWhatIsSaid:
    async def test_it_is_answered_in_full(self, world: MatchingWorld) -> None:
        await known(world)
        body = {**SAID, "starts_on": "2027-01-04", "ends_on": "2027-07-20"}
        made = await world.post(PATH, body, authority())
        assert {name: made[name] for name in body} == body
        assert (made["org"], made["role"], made["stated_by"]) == ("la:208", "la", "an-officer")
        assert (made["school_name"], made["support_wished"]) == ("School 100001", True)

    async def test_the_last_one_of_an_organisation_stands_and_none_is_lost(self, world: MatchingWorld) -> None:
        await known(world)
        first = await world.post(PATH, SAID, school())
        other = await world.post(PATH, {"urn": URN, "days": 8}, authority())
        second = await world.post(PATH, {"urn": URN, "support_wished": False, "text": "We manage."}, school())
        assert second["supersedes"] == first["id"]
        assert await ids(world, PARTNER, standing="true") == [second["id"], other["id"]]
        assert await ids(world, PARTNER, standing="false") == [first["id"]]
        assert await ids(world, school(), urn=URN) == [second["id"], other["id"], first["id"]]
        assert await ids(world, PARTNER, region="North East") == []
        assert (await world.get(f"{PATH}/{first['id']}", school()))["standing"] is False

    async def test_pages_and_lines_have_all_of_them(self, world: MatchingWorld) -> None:
        await known(world)
        made = [(await world.post(PATH, SAID, speaker))["id"] for speaker in (school(), authority(), school())]
        first = await world.get(PATH, PARTNER, limit=2, include_total="true")
        rest = await world.get(first["paging"]["next_url"], PARTNER)
        assert [each["id"] for each in [*first["data"], *rest["data"]]] == made[::-1]
        assert (first["paging"]["total"], rest["paging"]["next_cursor"]) == (3, None)
        assert [each["id"] for each in await world.lines(PATH, PARTNER)] == made[::-1]

    @pytest.mark.parametrize(
        ("change", "pointer", "code"),
        [
            ({"days": 10.5}, "/days", "above_cap"),
            ({"days": 0.25}, "/days", "multiple_of"),
            ({"days": 0}, "/days", "greater_than"),
            ({"areas": ["maths"]}, "/areas/0", "unknown_code"),
            ({"form": "by_post"}, "/form", "unknown_code"),
            ({"starts_on": "2027-02-01", "ends_on": "2027-01-31"}, "", "dates_in_order"),
            ({"support_wished": False}, "", "nothing_to_ask"),
            ({"days": None, "areas": [], "form": None, "text": None}, "", "nothing_said"),
            ({"need_id": "x"}, "/need_id", "extra_forbidden"),
        ],
    )
    async def test_what_cannot_be_is_refused_where_it_stands(
        self, world: MatchingWorld, change: dict[str, Any], pointer: str, code: str
    ) -> None:
        await known(world)
        refused = await world.post(PATH, {**SAID, **change}, school(), status=422)
        assert [(each["pointer"], each["code"]) for each in refused["errors"]] == [(pointer, code)]

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("We have been called a stuck school.", "confidential_flag"),
            ("They put us ON\u00a0WATCH.", "confidential_flag"),
            ("The watch\u2011list names us.", "confidential_flag"),
            ("UPN A123456789012 needs help.", "pupil_number"),
            ("A boy born on 3 May.", "date_of_birth"),
            ("A pupil called Amira is out of school.", "named_pupil"),
            ("The child Seán O'Brien was excluded.", "named_pupil"),
            ("Mrs Çelik left.", "named_person"),
        ],
    )
    async def test_confidential_words_and_names_are_refused_and_not_repeated(
        self, world: MatchingWorld, text: str, code: str
    ) -> None:
        await known(world)
        refused = await world.post(PATH, {**SAID, "text": text}, school(), status=422)
        assert [(each["pointer"], each["code"]) for each in refused["errors"]] == [("/text", code)]
        assert not {"Amira", "O'Brien", "A123456789012", "Çelik"} & set(str(refused).replace(".", " ").split())

    @pytest.mark.parametrize(
        "text",
        ["Pupil Premium funding ran out; Child Protection is sound.", "Watching lessons, unstuck.", "<b>O'Neill"],
    )
    async def test_plain_words_are_kept_as_they_are(self, world: MatchingWorld, text: str) -> None:
        await known(world)
        assert (await world.post(PATH, {**SAID, "text": text}, school()))["text"] == text


class TestNothingIsGivenAway:
    async def test_a_school_is_told_the_same_whatever_is_on_record(self, world: MatchingWorld) -> None:
        urns = (100001, 100002, 100003)
        for urn in urns:
            world.school(urn)
        world.assess(urns[1])
        world.assess(urns[2])
        world.decide(urns[2])
        await world.follow()
        assert len(await world.needs()) == 2
        answers, events = [], []
        for urn in urns:
            made = await world.client.post(PATH, json={**SAID, "urn": urn}, headers=school(urn))
            again = await world.client.get(PATH, headers=school(urn))
            answers.append((made.status_code, _bare(made.json()), [_bare(each) for each in again.json()["data"]]))
            told = "SELECT type, data FROM outbox WHERE data ->> 'urn' = :urn"
            events.append([(kind, sorted(data)) for kind, data in await world.sql(told, urn=str(urn))])
        assert answers[0] == answers[1] == answers[2]
        assert events[0] == events[1] == events[2] == [("brokering.need-statement.made", ["id", "org", "urn"])]


def _bare(said: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if name not in {"id", "urn", "org", "school_name", "stated_at"}}


class TestBesideTheNeed:
    async def test_the_partner_reads_it_beside_the_need_and_takes_it_over_or_not(self, world: MatchingWorld) -> None:
        world.school(URN)
        world.assess(URN)
        world.decide(URN)
        await world.follow()
        (before,) = await world.needs(PARTNER)
        assert before["stated"] == []
        await world.leader("CEO-00001")
        done = await world.round()
        by_school = await world.post(PATH, SAID, school())
        by_body = await world.post(PATH, {"urn": URN, "support_wished": False}, authority())
        path = f"/v1/needs/{before['id']}"
        need = await world.get(path, PARTNER)
        shown = [{name: each[name] for name in need["stated"][0]} for each in (by_body, by_school)]
        assert need["stated"] == shown
        assert {name: need[name] for name in before if name != "stated"} == {
            name: before[name] for name in before if name != "stated"
        }
        (proposal,) = (await world.get(f"/v1/matching-rounds/{done['id']}/proposals"))["data"]
        assert (proposal["state"], proposal["days"]) == ("proposed", 10)
        again = await world.round()
        assert (again["kept"], again["total_suitability"]) == (1, done["total_suitability"])
        tag = (await world.client.get(path, headers=PARTNER)).headers["etag"]
        taken = {name: by_school[name] for name in ("days", "areas")}
        answer = await world.client.patch(path, json=taken, headers={**PARTNER, "If-Match": tag})
        assert (answer.json()["days"], answer.json()["areas"]) == (4.5, ["inclusion"])
        assert answer.json()["stated"] == shown

    async def test_a_later_one_takes_its_place_there(self, world: MatchingWorld) -> None:
        world.school(URN, **in_trust("5143"))
        world.decide(URN)
        await world.follow()
        await world.post(PATH, SAID, school())
        await world.post(PATH, {"urn": URN, "days": 2}, trust())
        last = await world.post(PATH, {"urn": URN, "days": 6}, school())
        await known(world, **in_trust("6000"))
        (need,) = await world.needs(PARTNER)
        assert [(each["party"], each["days"]) for each in need["stated"]] == [
            ("school", 6), ("former_responsible_body", 2),
        ]  # fmt: skip
        assert need["stated"][0]["id"] == last["id"]
        assert [each["stated"] for each in await world.lines("/v1/needs", PARTNER)] == [need["stated"]]
        assert (await world.needs(as_trust("6000")))[0]["stated"] == need["stated"]
        assert await world.needs(FAR_PARTNER) == []

    async def test_a_need_of_a_trust_has_none(self, world: MatchingWorld) -> None:
        await known(world, **in_trust("5143"))
        await world.post(PATH, SAID, school())
        made = await world.post("/v1/needs", {"subject": {"kind": "trust", "id": "5143"}}, DFE)
        assert made["stated"] == []


async def test_statements_at_once_follow_one_another(world: MatchingWorld) -> None:
    await known(world)
    made = await asyncio.gather(*(world.post(PATH, {**SAID, "days": days}, school()) for days in (1, 2, 3, 4)))
    assert len({each["supersedes"] for each in made}) == 4
    assert len(await ids(world, PARTNER, standing="true")) == 1
