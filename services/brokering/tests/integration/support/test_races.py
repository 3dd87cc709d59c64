"""Two brokers and one last day: a seeded slice of the drill."""

from __future__ import annotations

from services.brokering.tests import support_races
from services.brokering.tests.support_world import Steps, World, assert_balanced

SEED = 20261123


class TestOffers:
    async def test_of_two_racing_offers_one_is_made(self, http_steps: Steps, world: World) -> None:
        answers = await support_races.run_races(http_steps.client, world, 50, SEED)
        assert set(answers) == {"last_day", "last_place", "one_need", "one_proposal"}
        assert sum(sum(of.values()) for of in answers.values()) == 100
        assert_balanced(world)


class TestEpisodes:
    async def test_the_cap_holds_at_exactly_ten_days(self, http_steps: Steps, world: World) -> None:
        match = world.match(leader=world.leader(days=40))
        episode = await http_steps.episode(match)
        answers = await support_races.use_up(http_steps, episode, writers=8, each=4)
        assert answers == {201: 20, 409: 12}
        assert world.account(match.leader) == (0, 0, 20, 1)
        assert_balanced(world)


class TestEverybodyAtOnce:
    async def test_no_deadlock_and_no_cap_broken(self, http_steps: Steps, world: World) -> None:
        answers = await support_races.jostle(http_steps, 6, SEED)
        assert set(answers) <= {200, 201, 409}, answers
        assert answers[201] > 0
        assert_balanced(world)
