"""The plain list of schools and its stream answer as the list with filters does."""

import random

import httpx
import orjson
import psycopg
import pytest
from services.inspection.tests.integration.reads.rows import Register

from inspection.ready import ReadyPages
from shared.db.session import driver_url
from shared.testing.plugin import DatabaseUrls

DECLARED = {"Accept": "application/json;q=1"}  # not plain, and the same to the list


@pytest.fixture
def england(register: Register) -> list[int]:
    """Fifteen schools that lack one thing or another."""
    register.trust("5143", name='The "Quoted" \\ Trust')
    urns = [register.school(100001 + 3 * number, trust=[None, "5143"][number % 2],
                            name=f"St Æthelwold's №{number}") for number in range(15)]  # fmt: skip
    for urn in urns[::3]:
        register.location(urn, 51.5, -0.1)
    for urn in urns[::4]:
        register.card(urn)
    return urns


class TestAccess:
    async def test_without_a_token_it_is_401(self, anonymous: httpx.AsyncClient) -> None:
        assert (await anonymous.get("/v1/schools?limit=5")).status_code == 401


class TestPages:
    async def test_each_is_byte_for_byte_what_the_declared_way_gives(
        self, reader: httpx.AsyncClient, england: list[int]
    ) -> None:
        url, seen = "/v1/schools?limit=4", []
        while url:
            plain, declared = await reader.get(url), await reader.get(url, headers=DECLARED)
            assert plain.content == declared.content
            assert plain.headers.get("link") == declared.headers.get("link")
            seen += [school["urn"] for school in plain.json()["data"]]
            url = plain.json()["paging"]["next_url"]
        assert seen == england
        assert (await reader.get("/v1/schools")).content == (await reader.get("/v1/schools", headers=DECLARED)).content

    async def test_a_change_of_any_school_on_it_changes_it_and_its_validator(
        self, reader: httpx.AsyncClient, england: list[int], urls: DatabaseUrls
    ) -> None:
        choice, tags = random.Random(5), set()
        changes = (
            "UPDATE schools SET pupils = pupils + 1 WHERE urn = %s",
            "UPDATE school_locations SET lat = lat + 0.5 WHERE urn >= %s",
            "UPDATE school_groups SET name = name || '.' WHERE %s > 0",
            "UPDATE sources SET loaded_at = loaded_at + interval '1 second' WHERE %s > 0",
        )
        with psycopg.connect(driver_url(urls.owner), autocommit=True) as connection:
            for turn in range(20):
                connection.execute(changes[turn % 4].encode(), [choice.choice(england[:13:3])])
                plain = await reader.get("/v1/schools")
                assert plain.content == (await reader.get("/v1/schools", headers=DECLARED)).content
                again = await reader.get("/v1/schools", headers={"If-None-Match": plain.headers["etag"]})
                assert again.status_code == 304
                tags.add(plain.headers["etag"])
        assert len(tags) == 20

    async def test_a_card_that_is_published_and_a_school_that_is_added_show_at_once(
        self, reader: httpx.AsyncClient, england: list[int], register: Register
    ) -> None:
        before = (await reader.get("/v1/schools")).json()["data"]
        assert [school["has_report_card"] for school in before[:2]] == [True, False]
        register.card(england[1])
        after = (await reader.get("/v1/schools")).json()["data"]
        assert [school["has_report_card"] for school in after[:2]] == [True, True]
        register.school(england[-1] + 1)
        assert (await reader.get("/v1/schools?limit=15")).json()["paging"]["next_cursor"] is not None
        assert len((await reader.get("/v1/schools")).json()["data"]) == len(before) + 1

    @pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=5&after=WzBd", "after=x", "limt=5"])
    async def test_what_is_wrong_is_refused_as_ever(self, reader: httpx.AsyncClient, query: str) -> None:
        plain = await reader.get(f"/v1/schools?{query}")
        declared = await reader.get(f"/v1/schools?{query}", headers=DECLARED)
        assert plain.status_code == declared.status_code == 422
        assert plain.json()["errors"] == declared.json()["errors"]


class TestStream:
    async def test_it_gives_the_documents_of_the_pages_one_a_line(
        self, reader: httpx.AsyncClient, england: list[int]
    ) -> None:
        stream = await reader.get("/v1/schools", headers={"Accept": "application/x-ndjson"})
        lines = [orjson.loads(line) for line in stream.content.splitlines()]
        assert lines == (await reader.get("/v1/schools?limit=200")).json()["data"]
        assert len(lines) == len(england)


class TestReadyPages:
    def test_no_more_is_kept_than_there_is_room_for(self) -> None:
        pages = ReadyPages(10)
        for number in range(3):
            pages.keep(f"/{number}", "state", b"12345", {})
        assert ["/0" in pages, "/1" in pages, "/2" in pages] == [False, True, True]
        assert pages.keep("/3", "state", b"more than there is room for", {}).content.startswith(b"more")
        assert not any(f"/{number}" in pages for number in range(4))

    def test_a_page_of_another_state_is_not_given(self) -> None:
        pages = ReadyPages(10)
        pages.keep("/", "1.7", b"12345", {})
        assert pages.get("/", "1.8") is None
        again = pages.keep("/", "1.8", b"54321", {})
        assert pages.get("/", "1.8") == again
        pages.keep("/2", "1.8", b"54321", {})
        assert "/" in pages
