"""Search and filters of the register over HTTP."""

# ruff: noqa: RUF001 - names with curly apostrophes are what is tested

import httpx
import pytest
from services.inspection.tests.integration.reads.rows import Register


async def urns(client: httpx.AsyncClient, **parameters: str) -> list[int]:
    answer = await client.get("/v1/schools", params=parameters)
    assert answer.status_code == 200, answer.text
    return [school["urn"] for school in answer.json()["data"]]


class TestSearch:
    @pytest.mark.parametrize("q", ["O'Brien", "o’brien", "OBRIEN", "oʼbrien primary", "primary o`brien"])
    async def test_apostrophes_case_and_order_do_not_matter(
        self, reader: httpx.AsyncClient, register: Register, q: str
    ) -> None:
        register.school(100001, name="O'Brien Primary School")
        register.school(100002, name="Bryanston Primary School")

        assert await urns(reader, q=q) == [100001]

    @pytest.mark.parametrize("q", ["Ysgol Tŷ'r Felin", "ysgol ty’r felin", "TYR FELIN"])
    async def test_accents_and_curly_apostrophes_do_not_matter(
        self, reader: httpx.AsyncClient, register: Register, q: str
    ) -> None:
        register.school(100001, name="Ysgol Tŷ’r Felin")

        assert await urns(reader, q=q) == [100001]

    async def test_accents_in_the_register_are_found_without(
        self, reader: httpx.AsyncClient, register: Register
    ) -> None:
        register.school(100001, name="St Thomas à Becket Church of England Aided Primary School")

        assert await urns(reader, q="st thomas a becket") == [100001]

    @pytest.mark.parametrize("q", ["100001", "2013614", "201/3614", "10079319"])
    async def test_a_whole_identifier_finds_the_school(
        self, reader: httpx.AsyncClient, register: Register, q: str
    ) -> None:
        register.school(100001, laestab="2013614", ukprn="10079319")
        register.school(100002, laestab="2013615", ukprn="10079320")

        assert await urns(reader, q=q) == [100001]

    @pytest.mark.parametrize("q", ["%", "_", "'", "\\", "%' OR true --"])
    async def test_characters_of_patterns_and_sql_mean_nothing(
        self, reader: httpx.AsyncClient, register: Register, q: str
    ) -> None:
        register.school(100001)

        assert await urns(reader, q=q) == []

    async def test_a_nul_is_the_clients_error(self, reader: httpx.AsyncClient) -> None:
        assert (await reader.get("/v1/schools", params={"la": "20\x001"})).status_code == 422
        unknown = await reader.get("/v1/schools", params={"la": "999"})
        assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (422, "la")


class TestFilters:
    async def test_each_narrows_the_list(self, reader: httpx.AsyncClient, register: Register) -> None:
        register.trust("5143")
        register.school(100001, trust="5143", region="North East", phase="secondary")
        register.school(100002, la_code="202", status="closed")
        register.card(100002)

        assert await urns(reader) == [100001, 100002]
        assert await urns(reader, region="North East") == [100001]
        assert await urns(reader, la="202") == [100002]
        assert await urns(reader, trust="5143") == [100001]
        assert await urns(reader, phase="secondary") == [100001]
        assert await urns(reader, status="closed") == [100002]
        assert await urns(reader, has_report_card="true") == [100002]
        assert await urns(reader, has_report_card="false") == [100001]
        assert await urns(reader, region="North East", status="closed") == []

    @pytest.mark.parametrize(("parameter", "value"), [("region", "Narnia"), ("phase", "first"), ("status", "shut")])
    async def test_a_code_that_does_not_exist_is_an_error(
        self, reader: httpx.AsyncClient, parameter: str, value: str
    ) -> None:
        answer = await reader.get("/v1/schools", params={parameter: value})

        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == parameter


class TestTyping:
    @pytest.mark.parametrize(
        "q", ["oakfeild primary", "okfield", "oakkfield", "oakfielt", "0akfield", "oak field", "Oakfield Primray"]
    )
    async def test_one_typing_error_in_a_word_still_finds_the_school(
        self, reader: httpx.AsyncClient, register: Register, q: str
    ) -> None:
        register.school(100001, name="Oakfield Primary School")
        register.school(100002, name="Ashfield Primary School")

        assert await urns(reader, q=q) == [100001]

    @pytest.mark.parametrize("q", ["St. Mary's", "st marys", "SAINT MARYS", "st marys c of e", "St Mary’s C. of E."])
    async def test_punctuation_and_abbreviations_do_not_matter(
        self, reader: httpx.AsyncClient, register: Register, q: str
    ) -> None:
        register.school(100001, name="St Mary's Church of England Primary School")
        register.school(100002, name="St Mark's Church of England Primary School")

        assert await urns(reader, q=q) == [100001]

    async def test_near_misses_are_shown_only_where_nothing_matches_as_typed_and_the_answer_says_so(
        self, reader: httpx.AsyncClient, register: Register
    ) -> None:
        register.school(100001, name="Marks Lane School")
        register.school(100002, name="Marys Lane School")

        exact = (await reader.get("/v1/schools", params={"q": "marks"})).json()
        near = (await reader.get("/v1/schools", params={"q": "markks"})).json()

        assert exact["search"] == {"q": "marks", "match": "exact"}
        assert [school["urn"] for school in exact["data"]] == [100001]
        assert near["search"]["match"] == "near"
        assert [school["urn"] for school in near["data"]] == [100001]

    async def test_the_likest_name_comes_first_and_pages_hold_every_school_once(
        self, reader: httpx.AsyncClient, register: Register
    ) -> None:
        register.school(100001, name="St Mary's and St Joseph's Catholic Voluntary Academy and Nursery School")
        register.school(100002, name="St Mary's School")
        for urn in range(100003, 100010):
            register.school(urn, name="St Mary's Primary School")
        seen: list[int] = []
        url = "/v1/schools?q=st+marys+school&limit=2"
        while url:
            page = (await reader.get(url)).json()
            seen += [school["urn"] for school in page["data"]]
            url = page["paging"]["next_url"]

        assert seen == [100002, *range(100003, 100010), 100001]

    @pytest.mark.parametrize("q", ["a" * 200, "é" * 200, "abcdefghijklmnopqrstuvwx " * 8, "ab " * 66, "zzz " * 50])
    async def test_whatever_is_typed_is_answered(self, reader: httpx.AsyncClient, register: Register, q: str) -> None:
        register.school(100001)

        assert await urns(reader, q=q[:200]) == []

    async def test_a_cursor_of_another_list_is_refused(self, reader: httpx.AsyncClient) -> None:
        answer = await reader.get("/v1/schools", params={"q": "oak", "after": "WyJvYWsiLDFd"})

        assert answer.status_code == 422
        assert answer.json()["errors"][0]["code"] == "bad_cursor"
