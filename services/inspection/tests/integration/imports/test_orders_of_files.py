"""Files of several days and kinds tell the same of who is in which trust, in whatever order they are loaded."""

from collections.abc import Awaitable, Callable, Sequence
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
from services.inspection.tests.integration.imports.conftest import LoadedAlone, Sent
from services.inspection.tests.integration.imports.test_memberships import KIND, TITLES, csv_file, row

OPENED = "2020-09-01"
SCHOOLS = (100001, 100002)
ORDERS = 3


def gias(as_at: str, shown: dict[int, str], **changes: str) -> Sent:
    academy = {"TypeOfEstablishment (code)": "34", "OpenDate": "01-09-2020", **changes}
    rows = [
        establishment(urn, **academy, **{"Trusts (code)": uid, "Trusts (name)": f"Trust {uid}"})
        for urn, uid in shown.items()
    ]
    return Sent(as_at, ESTABLISHMENTS, establishments_file(rows))


def trust(uid: str) -> dict[str, str]:
    return {"Multi-academy trust UID": uid, "Multi-academy trust name": f"Trust {uid}"}


def ofsted(as_at: str, shown: dict[int, str]) -> Sent:
    academy = {"Type of education": "Academy Converter", "School open date": "01/09/2020"}
    rows = [
        {
            **school(urn),
            **academy,
            **latest("10/10/2023", number=str(urn)),
            "Multi-academy trust UID": uid,
            "Multi-academy trust name": f"Trust {uid}",
        }
        for urn, uid in shown.items()
    ]
    return Sent(as_at, OFSTED, ofsted_file(rows))


def history(as_at: str, *stays: tuple[int, str, str, str]) -> Sent:
    rows = [row(uid, joined, left, str(urn)) for urn, uid, joined, left in stays]
    return Sent(as_at, KIND, csv_file([TITLES, *rows]))


ONE, TWO = SCHOOLS
THE_LAST_AGREES_WITH_THE_FIRST = (
    gias("2026-10-07", {ONE: "8", TWO: "7"}),
    gias("2026-10-15", {ONE: "7", TWO: "7"}),
    ofsted("2026-10-31", {ONE: "8", TWO: "7"}),
)
SIX = (
    ofsted("2026-10-05", {ONE: "8", TWO: "7"}),
    gias("2026-10-06", {ONE: "7", TWO: "7"}),
    gias("2026-10-07", {ONE: "8"}),
    gias("2026-10-08", {ONE: "7", TWO: "8"}),
    ofsted("2026-10-09", {ONE: "8", TWO: "7"}),
    gias("2026-10-09", {ONE: "7", TWO: "7"}),
    ofsted("2026-10-12", {ONE: "8"}),
)
WITH_HISTORY = (
    gias("2026-09-30", {ONE: "9", TWO: "7"}),
    history("2026-10-10", (ONE, "7", "01-09-2020", "31-08-2021"), (ONE, "8", "01-09-2021", "")),
    gias("2026-10-06", {ONE: "9", TWO: "7"}),
    ofsted("2026-10-11", {ONE: "8", TWO: "8"}),
    history("2026-10-16", (ONE, "8", "01-09-2022", ""), (TWO, "7", "01-09-2023", "01-10-2026")),
    gias("2026-10-14", {ONE: "7", TWO: "8"}),
    ofsted("2026-10-18", {ONE: "7", TWO: "9"}),
    gias("2026-10-20", {ONE: "7", TWO: "9"}),
)
CLOSED = (
    ofsted("2026-09-30", {ONE: "7", TWO: "7"}),
    gias("2026-10-06", {ONE: "8"}),
    gias("2026-10-20", {ONE: "8"}, **{"EstablishmentStatus (code)": "2", "CloseDate": "15-10-2026"}),
    ofsted("2026-10-31", {ONE: "7", TWO: "8"}),
    gias("2026-11-05", {TWO: "7"}),
)


async def told(client: httpx.AsyncClient) -> list[Any]:
    found: list[Any] = []
    for urn in SCHOOLS:
        stays = (await client.get(f"/v1/schools/{urn}/memberships")).json()["data"]
        names = ("joined_on", "left_on", "first_seen_on", "assumed")
        history_ = (await client.get(f"/v1/schools/{urn}/inspections")).json()["data"]
        document = (await client.get(f"/v1/schools/{urn}")).json()
        found.append(
            (
                [(each["trust"]["uid"], each["source"]["as_at"], *(each[name] for name in names)) for each in stays],
                document["trust"],
                [(each["before_joining_current_trust"], each["trust_at_inspection"]) for each in history_],
            )
        )
    return found


Load = Callable[[Sequence[Sent]], Awaitable[list[Any]]]


@pytest.fixture
def load(loaded_alone: LoadedAlone) -> Load:
    """Return a function that loads files into an empty register, and returns what is told then."""

    async def run(files: Sequence[Sent]) -> list[Any]:
        found: list[Any] = await loaded_alone(files, told)
        return found

    return run


@pytest.mark.parametrize(
    "files", [THE_LAST_AGREES_WITH_THE_FIRST, SIX, WITH_HISTORY, CLOSED], ids=["agreeing", "six", "history", "closed"]
)
async def test_any_order_tells_what_the_order_of_days_does(load: Load, files: tuple[Sent, ...]) -> None:
    by_day = sorted(files, key=lambda each: (each.as_at, each.kind == ESTABLISHMENTS))
    expected = await load(by_day)
    seeded = Random(len(files))
    for order in ([*reversed(by_day)], *(seeded.sample(files, len(files)) for _ in range(ORDERS))):
        assert await load(order) == expected, [(each.kind, each.as_at) for each in order]


async def test_an_older_file_between_two_that_agree_is_a_stay_of_its_own(load: Load) -> None:
    first, between, last = THE_LAST_AGREES_WITH_THE_FIRST
    stays, trust, inspections = (await load((first, last, between)))[0]
    assert [(each[0], each[2], each[3]) for each in stays] == [
        ("8", "2026-10-31", None),
        ("7", "2026-10-15", "2026-10-31"),
        ("8", OPENED, "2026-10-15"),
    ]
    assert (trust["uid"], stays[0][1]) == ("8", "2026-10-31")
    assert [(before, then["uid"]) for before, then in inspections] == [(True, "8")]


async def test_one_that_repeats_its_word_byte_for_byte_is_followed(load: Load) -> None:
    agreeing, _, _ = THE_LAST_AGREES_WITH_THE_FIRST
    again = Sent("2026-11-10", agreeing.kind, agreeing.content)
    stays, trust, _ = (await load((agreeing, ofsted("2026-10-31", {ONE: "7", TWO: "7"}), again)))[0]
    assert [(each[0], each[2], each[3]) for each in stays][:2] == [
        ("8", "2026-11-10", None),
        ("7", "2026-10-31", "2026-11-10"),
    ]
    assert trust["uid"] == "8"
