"""Every read of the service, in every form it has, held against what it must not tell of a few pupils.

A world is made of schools with a true count of each measure; files tell shares of it, with the true whole or without,
and the register another roll. Then whatever answers a GET is read, by the public and by the department.
"""

import random
import re
from collections.abc import AsyncIterator, Iterator
from typing import Any, NamedTuple

import httpx
import psycopg
import pytest
from services.inspection.tests.integration.reads.rows import Register
from sqlalchemy import create_engine

from inspection import scopes
from inspection.app import create_app
from inspection.dashboards import comparisons
from inspection.dashboards.measures import measures, threshold
from inspection.settings import Settings
from shared.db.session import driver_url, sqlalchemy_url
from shared.testing.client import client_of
from shared.testing.drill import FULL
from shared.testing.plugin import DatabaseUrls
from shared.testing.tokens import ISSUER, bearer, jwks_url

pytestmark = pytest.mark.drill

PERIOD = "2022-23"
FIRST = 100001
SCHOOLS = 8
TRUSTS = ("5143", "5144")
SHARES_OF_THE_ROLL = [each for each in measures().values() if each.of == "pupils" and each.base == "roll"]
CODES = [each.code for each in SHARES_OF_THE_ROLL if each.source != "school"]
FEW = range(1, threshold())
WORLDS = 40 if FULL else 3
# what tells of the process and not of schools
PASSED_OVER = {"/metrics", "/livez", "/readyz", "/startupz", "/v1/changes"}


class Truth(NamedTuple):
    """What is true of a cell: `count` of `whole` pupils; `tells`, whether the file gives the whole."""

    urn: int
    measure: str
    whole: int
    count: int
    tells: bool

    @property
    def share(self) -> float:
        return round(100 * self.count / self.whole, measures()[self.measure].decimals)

    @property
    def is_few(self) -> bool:
        return self.count in FEW or self.whole - self.count in FEW


class World:
    """A database of schools, of which the files told what `cells` says."""

    def __init__(self, urls: DatabaseUrls, chance: random.Random) -> None:
        self._urls, self._chance = urls, chance
        self.rolls = {urn: chance.randint(8, 320) for urn in range(FIRST, FIRST + SCHOOLS)}
        self.cells = [self._cell(urn, code) for urn in self.rolls for code in CODES]

    def _cell(self, urn: int, code: str) -> Truth:
        whole = max(1, round(self.rolls[urn] * self._chance.uniform(0.5, 2)))
        count = min(whole, self._chance.choice([0, self._chance.randint(1, 8), self._chance.randint(0, whole)]))
        count = self._chance.choice([count, whole - count])
        return Truth(urn, code, whole, count, self._chance.random() < 0.5)

    def load(self) -> None:
        with psycopg.connect(driver_url(self._urls.owner), autocommit=True) as connection:
            register = Register(connection)
            for uid in TRUSTS:
                register.trust(uid)
            for place, (urn, roll) in enumerate(self.rolls.items()):
                trust = (*TRUSTS, None)[place % 3]
                place_in = {"trust": trust, "la_code": ("201", "202")[place % 2], "idaci_quintile": 1 + place % 5}
                register.school(urn, pupils=roll, **place_in)
                register.card(urn)
            for cell in self.cells:
                cohort = cell.whole if cell.tells else None
                register.figure(cell.urn, cell.measure, PERIOD, cell.share, cohort=cohort)
        self._refresh()

    def _refresh(self) -> None:
        engine = create_engine(sqlalchemy_url(self._urls.owner))
        with engine.begin() as connection:
            comparisons.refresh_year(connection, PERIOD)
        engine.dispose()

    def hidden(self) -> set[tuple[int, str]]:
        with psycopg.connect(driver_url(self._urls.owner)) as connection:
            rows = connection.execute("SELECT urn, measure FROM pupil_measures WHERE told_under IS NULL").fetchall()
        return {(urn, measure) for urn, measure in rows}

    def change_all_that_is_few_and_hidden(self) -> int:
        """Give every such cell another number of a few; return how many there are."""
        hidden = self.hidden()
        few = [cell for cell in self.cells if (cell.urn, cell.measure) in hidden and cell.is_few and cell.whole > 12]
        with psycopg.connect(driver_url(self._urls.owner), autocommit=True) as connection:
            for cell in few:
                low = cell.count in FEW
                number = self._chance.choice([n for n in FEW if n != (cell.count if low else cell.whole - cell.count)])
                other = cell._replace(count=number if low else cell.whole - number)
                connection.execute(
                    "UPDATE pupil_measures SET value = %s WHERE urn = %s AND measure = %s",
                    [other.share, cell.urn, cell.measure],
                )
        self._refresh()
        return len(few)


def targets(schema: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield every address that the world answers, with each media type it has."""
    values = {"urn": [str(FIRST + place) for place in range(SCHOOLS)], "uid": list(TRUSTS), "code": ["201", "202"]}
    for path, operations in schema["paths"].items():
        names = re.findall(r"{(\w+)}", path)
        if "get" not in operations or path in PASSED_OVER or not set(names) <= set(values):
            continue
        addresses = [path]
        for name in names:
            addresses = [each.replace(f"{{{name}}}", value) for each in addresses for value in values[name]]
        media = operations["get"]["responses"]["200"].get("content", {"application/json": {}})
        queries = ["", *_enumerated(operations["get"])]
        yield from ((address + query, kind) for address in addresses for query in queries for kind in media)


def _enumerated(operation: dict[str, Any]) -> Iterator[str]:
    for parameter in operation.get("parameters", ()):
        choices = parameter["schema"].get("enum", ()) if parameter["in"] == "query" else ()
        yield from (f"?{parameter['name']}={choice}" for choice in choices)


async def read_all(client: httpx.AsyncClient) -> dict[tuple[str, str], bytes]:
    schema = (await client.get("/openapi.json")).json()
    found = {}
    for target, kind in targets(schema):
        answer = await client.get(target, headers={"Accept": kind})
        assert answer.status_code in {200, 401, 403, 404}, (target, kind, answer.text)
        if answer.status_code == 200:
            found[target, kind] = answer.content
    return found


@pytest.fixture
async def department(urls: DatabaseUrls) -> AsyncIterator[httpx.AsyncClient]:
    every = [value for name, value in vars(scopes).items() if name.isupper() and isinstance(value, str)]
    settings = Settings(database_url=urls.app, issuer=ISSUER, jwks_url=jwks_url())
    async with client_of(create_app(settings), **bearer(scope=every)) as client:
        yield client


@pytest.mark.parametrize("seed", range(WORLDS))
class TestEveryRead:
    async def test_is_the_same_whatever_the_few_are_that_it_hides(
        self, urls: DatabaseUrls, anonymous: httpx.AsyncClient, department: httpx.AsyncClient, seed: int
    ) -> None:
        world = World(urls, random.Random(seed))
        world.load()
        before, hidden = [await read_all(anonymous), await read_all(department)], world.hidden()

        assert world.change_all_that_is_few_and_hidden() > 0
        assert world.hidden() == hidden
        after = [await read_all(anonymous), await read_all(department)]

        assert len(before[0]) > 60
        assert len(before[1]) > len(before[0])
        for was, now in zip(before, after, strict=True):
            assert [target for target in was if was[target] != now[target]] == []

    async def test_tells_no_share_of_a_few(self, urls: DatabaseUrls, anonymous: httpx.AsyncClient, seed: int) -> None:
        world = World(urls, random.Random(seed))
        world.load()
        shown = 0
        for urn in world.rolls:
            document = (await anonymous.get(f"/v1/schools/{urn}/dashboard")).json()
            told = {each["code"]: each["series"][-1]["school"] for each in document["measures"]}
            for cell in (cell for cell in world.cells if cell.urn == urn):
                value = told[cell.measure]["value"]
                shown += value is not None
                assert value in {None, cell.share}
                assert value is None or not cell.is_few, cell
        assert shown > SCHOOLS
