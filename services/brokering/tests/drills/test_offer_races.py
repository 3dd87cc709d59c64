"""The races at full size: `DRILL_RACES` of them (10,000 unless told), the cap, and all parties at once."""

from __future__ import annotations

import os
import random

import pytest
from services.brokering.tests import support_races
from services.brokering.tests.support_world import Steps, World, assert_balanced

from shared.testing.drill import full_size

pytestmark = [pytest.mark.drill, full_size, pytest.mark.timeout(7200)]

RACES = int(os.environ.get("DRILL_RACES", "10000"))
SEED = int(os.environ.get("DRILL_SEED", "20261123"))


async def test_of_two_racing_offers_one_is_made(http_steps: Steps, world: World) -> None:
    answers = await support_races.run_races(http_steps.client, world, RACES, SEED)
    assert sum(sum(of.values()) for of in answers.values()) == 2 * RACES
    assert_balanced(world)


async def test_the_cap_of_many_episodes_holds_at_exactly_ten_days(http_steps: Steps, world: World) -> None:
    rng = random.Random(SEED)
    for number in range(max(1, RACES // 400)):
        match = world.match(100000 + number, leader=world.leader(days=40))
        episode = await http_steps.episode(match)
        answers = await support_races.use_up(http_steps, episode, writers=rng.randint(4, 10), each=rng.randint(6, 8))
        assert answers[201] == 20, answers
        assert set(answers) == {201, 409}, answers
    assert_balanced(world)


async def test_no_deadlock_and_no_cap_broken(http_steps: Steps, world: World) -> None:
    answers = await support_races.jostle(http_steps, max(6, RACES // 50), SEED)
    assert set(answers) <= {200, 201, 409}, answers
    assert_balanced(world)
