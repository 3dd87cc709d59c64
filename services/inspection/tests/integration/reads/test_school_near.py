"""Schools near a postcode over HTTP: located by the register itself, nearest first."""

import httpx
import pytest
from services.inspection.tests.integration.reads.rows import Register

from inspection.schools.schemas import SchoolPage

HERE = "EC3A 5DE"


@pytest.fixture
def places(register: Register) -> Register:
    """Schools at about 0, 1.1, 5.6 and 55.6 km from the postcode, and one whose location is not known."""
    for urn, lat, postcode in ((100001, 51.5, HERE), (100004, 51.51, "E1 1AA"), (100002, 51.55, "N1 1AA")):
        register.school(urn, postcode=postcode)
        register.location(urn, lat, 0.0)
    register.school(100003, postcode="SG1 1AA", region="East of England", name="Oakfield School")
    register.location(100003, 52.0, 0.0)
    register.school(100005, postcode="N1 2AA")
    return register


async def near(client: httpx.AsyncClient, **parameters: str | int) -> list[tuple[int, float | None]]:
    answer = await client.get("/v1/schools", params={"near": HERE, **parameters})
    assert answer.status_code == 200, answer.text
    SchoolPage.model_validate(answer.json(), extra="forbid")
    return [(school["urn"], school["distance_km"]) for school in answer.json()["data"]]


class TestRefused:
    @pytest.mark.parametrize(
        ("parameters", "pointer", "code"),
        [
            ({"near": "London"}, "near", "postcode"),
            ({"near": "EC3A %"}, "near", "postcode"),
            ({"near": "ZZ9 9ZZ"}, "near", "unknown_postcode"),
            ({"near": "E"}, "near", "postcode"),
            ({"within_km": "5"}, "within_km", "near_missing"),
        ],
    )
    async def test_a_postcode_that_is_none_or_that_nobody_has(
        self, reader: httpx.AsyncClient, places: Register, parameters: dict[str, str], pointer: str, code: str
    ) -> None:
        answer = await reader.get("/v1/schools", params=parameters)

        assert answer.status_code == 422
        assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [(pointer, code)]

    @pytest.mark.parametrize("within_km", ["0", "-1", "1001", "nan", "inf", "far"])
    async def test_a_distance_that_is_none(self, reader: httpx.AsyncClient, places: Register, within_km: str) -> None:
        answer = await reader.get("/v1/schools", params={"near": HERE, "within_km": within_km})

        assert answer.status_code == 422


async def test_the_nearest_come_first_and_unknown_places_last(reader: httpx.AsyncClient, places: Register) -> None:
    assert await near(reader) == [(100001, 0.0), (100004, 1.11), (100002, 5.56), (100003, 55.6), (100005, None)]


async def test_the_answer_says_where_it_is_and_how_well_that_is_known(
    reader: httpx.AsyncClient, places: Register
) -> None:
    answer = (await reader.get("/v1/schools", params={"near": "ec3a9zz"})).json()

    assert answer["near"] == {
        "postcode": "EC3A 9ZZ",
        "precision": "district",
        "schools": 1,
        "lat": 51.5,
        "lng": 0.0,
    }
    assert answer["data"][-1]["unknown"]["distance_km"] == "location_unknown"


async def test_other_filters_and_a_distance_narrow_it(reader: httpx.AsyncClient, places: Register) -> None:
    assert await near(reader, within_km=6) == [(100001, 0.0), (100004, 1.11), (100002, 5.56)]
    assert await near(reader, within_km=6, include_total="true", limit=1) == [(100001, 0.0)]
    assert await near(reader, region="East of England") == [(100003, 55.6)]
    assert await near(reader, q="oakfeild") == [(100003, 55.6)]


async def test_pages_hold_every_school_once(reader: httpx.AsyncClient, places: Register) -> None:
    seen: list[int] = []
    url = f"/v1/schools?near={HERE}&limit=2&include_total=true"
    while url:
        page = (await reader.get(url)).json()
        assert page["paging"]["total"] == 5
        seen += [school["urn"] for school in page["data"]]
        url = page["paging"]["next_url"]

    assert seen == [100001, 100004, 100002, 100003, 100005]


async def test_streams_have_the_same_order_and_the_distance(reader: httpx.AsyncClient, places: Register) -> None:
    table = await reader.get("/v1/schools", params={"near": HERE}, headers={"Accept": "text/csv"})
    lines = await reader.get("/v1/schools", params={"near": HERE}, headers={"Accept": "application/x-ndjson"})

    assert [row.split(",")[0] for row in table.text.splitlines()[1:]] == [
        "100001", "100004", "100002", "100003", "100005",
    ]  # fmt: skip
    assert table.text.splitlines()[0].endswith(",distance_km")
    assert '"distance_km":1.11' in lines.text.splitlines()[1]
