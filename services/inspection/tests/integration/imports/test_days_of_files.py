"""What was known on a day is the same in whatever order files were loaded: grades, and the fields of the register."""

from collections.abc import Callable, Sequence
from random import Random
from typing import Any

import httpx
import pytest
from services.inspection.tests.files import (
    ESTABLISHMENTS,
    OFSTED,
    establishment,
    establishments_file,
    latest,
    ofsted_file,
    school,
)
from services.inspection.tests.integration.imports.conftest import Importer, LoadedAlone, Sent

from shared.testing.drill import FULL

ONE, TWO = SCHOOLS = (100001, 100002)
DAYS = [f"2026-10-{day:02}" for day in range(4, 22)]
ORDERS = 3
MADE = range(30 if FULL else 2)
LATER = {"began": "10/06/2024", "number": "2"}
LISTINGS = 0.55
"""The share of Ofsted's files among those that are made up."""


def ofsted(
    as_at: str, *schools: int, grade: str = "2", began: str = "10/10/2023", number: str = "1", **cells: str
) -> Sent:
    named = {name.replace("_", " "): value for name, value in cells.items()}
    rows = [{**school(urn), **latest(began, grade, number), **named} for urn in schools]
    return Sent(as_at, OFSTED, ofsted_file(rows))


def gias(as_at: str, *urns: int, **cells: str) -> Sent:
    return Sent(as_at, ESTABLISHMENTS, establishments_file([establishment(urn, **cells) for urn in urns]))


def academy(uid: str) -> dict[str, str]:
    named = {"Multi-academy trust UID": uid, "Multi-academy trust name": f"Trust {uid}"}
    return {**named, "Type of education": "Academy Converter"}


def academy_of_register(uid: str) -> dict[str, str]:
    return {"TypeOfEstablishment (code)": "34", "Trusts (code)": uid, "Trusts (name)": f"Trust {uid}"}


async def as_told(client: httpx.AsyncClient) -> list[Any]:
    """Return what is told of the schools now and on each day: fields of the register, grades."""
    found: list[Any] = []
    for urn in SCHOOLS:
        for day in (None, *DAYS):
            query = {"as_of": day} if day else {}
            document = (await client.get(f"/v1/schools/{urn}", params=query)).json()
            graded = (await client.get(f"/v1/schools/{urn}/inspections", params=query)).json().get("data", [])
            names = (
                "name",
                "pupils",
                "capacity",
                "known_since",
                "trust",
                "status",
                "report_url",
                "close_date",
                *([] if day else ["missing_since"]),
            )
            register = [document.get(name) for name in names]
            found.append((urn, day, register, [each["overall"] for each in graded]))
    return found


GRADES = (
    ofsted("2026-10-05", ONE, TWO),
    ofsted("2026-10-09", ONE, grade="4"),
    ofsted("2026-10-12", TWO, grade="2"),
    ofsted("2026-10-15", ONE, TWO, grade="2"),
    ofsted("2026-10-18", ONE, grade="4"),
    ofsted("2026-10-20", ONE, TWO, grade="4"),
)

REGISTER = (
    ofsted("2026-10-05", ONE, TWO, School_name="A"),
    gias("2026-10-07", ONE, EstablishmentName="B", NumberOfPupils="301", SchoolCapacity="500"),
    ofsted("2026-10-09", ONE, School_name="A"),
    gias("2026-10-11", ONE, TWO, EstablishmentName="C", NumberOfPupils="302", SchoolCapacity="501"),
    ofsted("2026-10-13", ONE, TWO, School_name="B"),
    gias("2026-10-13", TWO, EstablishmentName="D"),
    gias("2026-10-16", ONE, EstablishmentName="B", NumberOfPupils="303", SchoolCapacity="502"),
    ofsted("2026-10-19", TWO, School_name="D"),
)
TRUSTS = (
    ofsted("2026-10-05", ONE, TWO, **academy("7")),
    gias("2026-10-08", ONE, TWO, **academy_of_register("8")),
    ofsted("2026-10-12", ONE, TWO, grade="3", **academy("7")),
    ofsted("2026-10-14", ONE, **academy("7")),
    gias("2026-10-17", TWO, **academy_of_register("8")),
)

SUPERSEDED = (
    ofsted("2026-10-05", ONE, TWO),
    ofsted("2026-10-09", ONE, grade="3"),
    ofsted("2026-10-12", ONE, TWO, grade="1", **LATER),
    ofsted("2026-10-15", ONE, TWO, grade="2", **LATER),
)
SHUT = {"EstablishmentStatus (code)": "2", "CloseDate": "12-10-2026"}
CLOSED = (
    ofsted("2026-10-05", ONE),
    gias("2026-10-07", ONE, TWO, SchoolCapacity="500"),
    gias("2026-10-16", ONE, TWO, **SHUT),
    ofsted("2026-10-18", ONE),
)
MISSING = (
    ofsted("2026-10-05", ONE, TWO),
    ofsted("2026-10-09", ONE),
    gias("2026-10-12", TWO),
    ofsted("2026-10-15", ONE),
)


def by_day(files: Sequence[Sent]) -> list[Sent]:
    return sorted(files, key=lambda each: (each.as_at, each.kind == ESTABLISHMENTS))


def made(seed: int) -> list[Sent]:
    """Six files of both kinds, which list some of the schools and say of them whatever it may be.

    From some day on they tell of another inspection, and one that the first school has closed.
    """
    chance = Random(seed)
    files = []
    turns, shuts, shut = chance.randint(4, 30), chance.randint(4, 30), False
    for day in sorted(chance.sample(range(4, 21), 6)):
        as_at, uid = f"2026-10-{day:02}", chance.choice("789")
        schools = chance.choice([(ONE,), (TWO,), SCHOOLS, SCHOOLS])
        name, pupils = chance.choice("ABC"), chance.choice(["100", "200", "300"])
        if chance.random() < LISTINGS:
            cells = {"School name": name, "Total number of pupils": pupils, **academy(uid)}
            told = LATER if day >= turns else {}
            files.append(ofsted(as_at, *schools, grade=chance.choice("1234"), **told, **cells))
        else:
            cells = {"SchoolCapacity": chance.choice(["500", "600"]), **academy_of_register(uid)}
            if day >= shuts and not shut:
                schools, cells = (ONE,), {**cells, **SHUT, "CloseDate": f"{shuts:02}-10-2026"}
            elif shut:
                schools = (TWO,)
            shut = day >= shuts
            files.append(gias(as_at, *schools, EstablishmentName=name, NumberOfPupils=pupils, **cells))
    return files


def orders(files: Sequence[Sent]) -> list[list[Sent]]:
    seeded = Random(len(files))
    return [by_day(files)[::-1], *(seeded.sample(files, len(files)) for _ in range(ORDERS))]


@pytest.mark.parametrize(
    "files",
    [GRADES, REGISTER, TRUSTS, SUPERSEDED, CLOSED, MISSING],
    ids=["grades", "register", "trusts", "superseded", "closed", "missing"],
)
async def test_any_order_tells_of_each_day_what_the_order_of_days_does(
    loaded_alone: LoadedAlone, files: tuple[Sent, ...]
) -> None:
    expected = await loaded_alone(by_day(files), as_told)
    for order in orders(files):
        assert await loaded_alone(order, as_told) == expected, [(each.kind, each.as_at) for each in order]


async def test_a_file_that_says_of_a_school_what_it_said_before_another_kind_is_believed_again(
    loaded_alone: LoadedAlone,
) -> None:
    found = await loaded_alone(TRUSTS[:3], as_told)
    trusts = {(urn, day): register[4]["uid"] for urn, day, register, _ in found if register[4]}
    for urn in SCHOOLS:
        days = ("2026-10-07", "2026-10-08", "2026-10-11", "2026-10-12", None)
        assert [trusts[urn, day] for day in days] == ["7", "8", "8", "7", "7"]


@pytest.mark.parametrize("opened", ["NULL", "01/09/2020"])
async def test_a_stay_that_was_shown_earlier_is_no_other(importer: Importer, opened: str) -> None:
    for as_at in ("2026-10-09", "2026-10-05"):
        sent = ofsted(as_at, ONE, **academy("7"), **{"School open date": opened})
        document = await importer.send(sent.content, sent.as_at, sent.kind)
    changes = (await importer.client.get(f"/v1/imports/{document['id']}/changes")).json()["data"]
    told = {each["field"]: (each["from"], each["to"]) for each in changes}
    moved = ("2026-10-09", "2026-10-05")
    assert told == {"first_seen_on": moved} | ({"joined_on": moved} if opened == "NULL" else {})


async def test_a_school_of_a_file_that_comes_late_counts_once(importer: Importer) -> None:
    listing, register = ofsted("2026-10-09", ONE), gias("2026-10-05", ONE, TWO, EstablishmentName="B")
    await importer.send(listing.content, listing.as_at, listing.kind)
    document = await importer.send(register.content, register.as_at, register.kind)
    assert document["rows"] == {"read": 2, "created": 2, "changed": 0, "unchanged": 0, "rejected": 0}


@pytest.mark.drill
@pytest.mark.parametrize("seed", MADE)
async def test_files_made_up_tell_the_same_in_any_order(loaded_alone: LoadedAlone, seed: int) -> None:
    files = made(seed)
    expected = await loaded_alone(by_day(files), as_told)
    for order in (by_day(files)[::-1], Random(seed).sample(files, len(files))):
        assert await loaded_alone(order, as_told) == expected, [(each.kind, each.as_at) for each in order]


@pytest.mark.parametrize("listing", [ofsted, gias], ids=["ofsted", "register"])
async def test_a_file_for_a_day_before_that_of_another_says_so(
    importer: Importer, listing: Callable[..., Sent]
) -> None:
    for sent, codes in ((listing("2026-10-09", ONE), set()), (listing("2016-10-10", ONE), {"older_than_loaded"})):
        document = await importer.send(sent.content, sent.as_at, sent.kind)
        assert {each["code"] for each in document["warnings"]} & {"older_than_loaded"} == codes


async def test_a_file_in_between_counts_until_the_next_one_that_repeats_the_first(loaded_alone: LoadedAlone) -> None:
    first, between, last = (ofsted("2026-10-05", ONE), ofsted("2026-10-09", ONE, grade="4"), ofsted("2026-10-15", ONE))

    async def versions(client: httpx.AsyncClient) -> list[tuple[Any, ...]]:
        (inspection,) = (await client.get(f"/v1/schools/{ONE}/inspections")).json()["data"]
        told = (await client.get(f"/v1/inspections/{inspection['id']}/versions")).json()["data"]
        return [
            (
                each["version"],
                each["inspection"]["overall"],
                each["inspection"]["source"]["as_at"],
                each["made_because"],
            )
            for each in told
        ]

    expected = [(3, 2, "2026-10-15", "newer_file"), (2, 4, "2026-10-09", "older_file"), (1, 2, "2026-10-05", None)]
    assert await loaded_alone((first, last, between), versions) == expected
    assert await loaded_alone((first, last, between, between), versions) == expected
