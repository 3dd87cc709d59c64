"""The database holds the ledger's rules against a writer that goes round the service."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import errors
from services.brokering.tests.support_world import Match, Steps, World, assert_balanced

from brokering.domain.ledger import KINDS
from shared.db.session import driver_url
from shared.ids import new_id
from shared.testing.plugin import DatabaseUrls

Connection = psycopg.Connection[Any]


@pytest.fixture
def intruder(urls: DatabaseUrls) -> Iterator[Connection]:
    """The role that serves, with all rows in sight."""
    with psycopg.connect(driver_url(urls.app), autocommit=True, options="-c app.visibility=all") as connection:
        yield connection


def movement(world: World, match: Match, half_days: int, entered: str, **changes: Any) -> tuple[str, list[Any]]:
    (offer, episode, deployment) = world.sql(
        "SELECT o.id, e.id, d.id FROM offers o LEFT JOIN episodes e ON e.offer_id = o.id"
        " LEFT JOIN deployments d ON d.episode_id = e.id WHERE o.need_id = %s",
        match.need,
    )[0]
    shape = KINDS[entered]
    values = {
        "id": new_id(),
        "kind": entered,
        "debit": shape.debit.value,
        "credit": shape.credit.value,
        "places": shape.places,
        "half_days": half_days,
        "leader_id": match.leader,
        "need_id": match.need,
        "offer_id": offer,
        "episode_id": episode,
        "deployment_id": deployment,
        "effective_on": "2026-11-01",
        "recorded_at": "2026-11-01T00:00:00Z",
        "recorded_by": "intruder",
        **changes,
    }
    places = ", ".join(["%s"] * len(values))
    return f"INSERT INTO ledger_movements ({', '.join(values)}) VALUES ({places})", list(values.values())


REWRITES = (
    "UPDATE ledger_movements SET half_days = 1",
    "DELETE FROM ledger_movements",
    "TRUNCATE ledger_movements CASCADE",
    "UPDATE ledger_kinds SET places = 5",
    "UPDATE leader_accounts SET available_half_days = 1000",
    "UPDATE leader_accounts SET used_half_days = 0",
    "UPDATE need_accounts SET cap_half_days = 1000",
    "UPDATE episode_accounts SET cap_half_days = 1000",
    "UPDATE deployment_accounts SET reserved_half_days = 0",
    "DELETE FROM deployment_accounts",
    "UPDATE deployments SET half_days = 40",
    "DELETE FROM deployments",
)


class TestAddOnly:
    async def test_neither_the_service_nor_the_owner_rewrites(
        self, steps: Steps, world: World, intruder: Connection
    ) -> None:
        await steps.episode(world.match())
        for statement in REWRITES:
            for connection in (intruder, world.owner):
                with pytest.raises(errors.InsufficientPrivilege):
                    connection.execute(statement.encode())

    async def test_the_service_role_holds_no_right_to_rewrite(self, world: World, intruder: Connection) -> None:
        for right, held in (("SELECT", True), ("INSERT", True), ("UPDATE", False), ("DELETE", False)):
            row = intruder.execute("SELECT has_table_privilege('ledger_movements', %s)", [right]).fetchone()
            assert row == (held,)


class TestCaps:
    async def test_an_entry_over_the_cap_is_refused(self, steps: Steps, world: World, intruder: Connection) -> None:
        match = world.match()
        await steps.episode(match)
        with pytest.raises(errors.CheckViolation) as refused:
            intruder.execute(*movement(world, match, 21, "used"))
        assert "nothing_negative" in str(refused.value.diag.constraint_name)
        intruder.execute(*movement(world, match, 20, "used"))
        with pytest.raises(errors.CheckViolation):
            intruder.execute(*movement(world, match, 1, "used"))

    async def test_nor_can_more_be_offered_than_the_leader_or_the_need_has(
        self, steps: Steps, world: World, intruder: Connection
    ) -> None:
        match = world.match(leader=world.leader(days=10.5))
        await steps.offer(match)
        with pytest.raises(errors.CheckViolation) as refused:
            intruder.execute(*movement(world, match, 2, "offered"))
        assert refused.value.diag.constraint_name == "ck_leader_accounts_days_within_available"
        with pytest.raises(errors.CheckViolation) as refused:
            intruder.execute(*movement(world, match, 1, "offered"))
        assert refused.value.diag.constraint_name == "ck_need_accounts_days_within_cap"

    async def test_nor_a_place_taken_that_is_not_there(self, steps: Steps, world: World, intruder: Connection) -> None:
        leader = world.leader(days=40, places=1)
        first, second = world.match(100001, leader=leader, days=5), world.match(100002, days=5)
        await steps.offer(first)
        await steps.offer(second)
        with pytest.raises(errors.CheckViolation) as refused:
            intruder.execute(*movement(world, second, 2, "offered", leader_id=leader))
        assert refused.value.diag.constraint_name == "ck_leader_accounts_places_within_limit"

    async def test_a_further_deployment_cannot_pass_the_episodes_cap(
        self, steps: Steps, world: World, intruder: Connection
    ) -> None:
        match = world.match(days=8)
        episode = await steps.episode(match)
        add = (
            b"INSERT INTO deployments (id, episode_id, leader_id, half_days, starts_on) VALUES (%s, %s, %s, %s, now())"
        )
        with pytest.raises(errors.CheckViolation) as refused:
            intruder.execute(add, [new_id(), episode, match.leader, 5])
        assert refused.value.diag.constraint_name == "ck_episode_accounts_deployments_within_cap"
        intruder.execute(add, [new_id(), episode, match.leader, 4])

    async def test_days_promised_cannot_be_taken_from_the_leader(self, steps: Steps, world: World) -> None:
        match = world.match()
        await steps.offer(match)
        for change in ("days_available = 9.5", "max_concurrent = 0"):
            with pytest.raises(errors.CheckViolation):
                world.sql(f"UPDATE leaders SET {change} WHERE id = %s", match.leader)
        world.sql("UPDATE leaders SET days_available = 10, max_concurrent = 1 WHERE id = %s", match.leader)


class TestShape:
    async def test_a_movement_has_the_two_accounts_of_its_kind(
        self, steps: Steps, world: World, intruder: Connection
    ) -> None:
        match = world.match(leader=world.leader(days=40), days=1)
        await steps.offer(match)
        wrong: list[dict[str, Any]] = [
            {"credit": "used"},
            {"places": 0},
            {"debit": "offered", "credit": "offered"},
            {"kind": "gift"},
        ]
        for changes in wrong:
            with pytest.raises(errors.IntegrityError):
                intruder.execute(*movement(world, match, 2, "offered", **changes))

    async def test_nothing_and_less_than_nothing_do_not_move(
        self, steps: Steps, world: World, intruder: Connection
    ) -> None:
        match = world.match()
        await steps.episode(match)
        for half_days in (0, -4):
            with pytest.raises(errors.CheckViolation):
                intruder.execute(*movement(world, match, half_days, "used"))

    def test_the_kinds_are_those_of_the_domain(self, world: World) -> None:
        stored = world.sql("SELECT kind, debit, credit, places FROM ledger_kinds")
        assert set(stored) == {(k.code, k.debit.value, k.credit.value, k.places) for k in KINDS.values()}

    async def test_two_open_episodes_of_one_need_cannot_be(
        self, steps: Steps, world: World, intruder: Connection
    ) -> None:
        match = world.match()
        episode = await steps.episode(match)
        with pytest.raises(errors.UniqueViolation) as refused:
            intruder.execute(
                "INSERT INTO episodes (id, need_id, offer_id, leader_id, subject_kind, subject_id, state, opened_on,"
                " opened_by) SELECT gen_random_uuid(), need_id, offer_id, leader_id, subject_kind, subject_id, 'open',"
                " opened_on, opened_by FROM episodes WHERE id = %s",
                [episode],
            )
        assert "uq_episodes" in str(refused.value.diag.constraint_name)


class TestBalances:
    async def test_balances_equal_the_entries_after_a_long_history(self, steps: Steps, world: World) -> None:
        first, second = world.match(100001), world.match(100002, leader=world.leader(days=30))
        episode = await steps.episode(first)
        for kind, days in (("used", 3), ("use_corrected", 0.5), ("returned", 2), ("used", 1.5)):
            await steps.entry(episode, kind=kind, days=days)
        await steps.respond(second, (await steps.offer(second))["id"], accepted=False, reason="too far")
        await steps.move(episode, "stop")
        assert_balanced(world)


class TestSecondLock:
    async def test_without_claims_no_row_is_seen_and_none_written(
        self, steps: Steps, world: World, urls: DatabaseUrls
    ) -> None:
        match = world.match()
        await steps.episode(match)
        tables = ("offers", "episodes", "deployments", "ledger_movements", "need_accounts", "episode_accounts")
        with psycopg.connect(driver_url(urls.app), autocommit=True) as bare:
            for table in (*tables, "leader_accounts", "deployment_accounts", "ledger_legs"):
                assert bare.execute(f"SELECT count(*) FROM {table}".encode()).fetchone() == (0,), table
            with pytest.raises(errors.InsufficientPrivilege):
                bare.execute(*movement(world, match, 1, "used"))

    async def test_a_party_sees_its_own_rows_only(self, steps: Steps, world: World, urls: DatabaseUrls) -> None:
        await steps.episode(world.match(100001))
        await steps.episode(world.match(100002))
        with psycopg.connect(driver_url(urls.app), autocommit=True, options="-c app.orgs=school:100001") as one:
            for table, rows in (("offers", 1), ("episodes", 1), ("deployments", 1), ("ledger_movements", 2)):
                assert one.execute(f"SELECT count(*) FROM {table}".encode()).fetchone() == (rows,), table
