"""The two state machines, walked whole."""

from __future__ import annotations

import itertools

import pytest

from brokering.domain import episode_states, offer_states
from brokering.domain.episode_states import EpisodeBlocked, EpisodeStep, episode_step
from brokering.domain.ledger import KINDS
from brokering.domain.offer_states import Actor, Blocked, Step, actor_of, step_from
from brokering.domain.values import NeedState, ProposalState

ALLOWED = {
    ("proposed", "offer"): ("offered", Actor.BROKER),
    ("offered", "accept"): ("accepted", Actor.LEADER),
    ("offered", "decline"): ("declined", Actor.LEADER),
    ("offered", "lapse"): ("lapsed", Actor.CLOCK),
    ("offered", "withdraw"): ("withdrawn", Actor.BROKER),
    ("accepted", "agree"): ("agreed", Actor.SUBJECT),
    ("accepted", "refuse"): ("refused", Actor.SUBJECT),
    ("accepted", "withdraw"): ("withdrawn", Actor.BROKER),
    ("agreed", "approve"): ("approved", Actor.REGIONAL_DIRECTOR),
    ("agreed", "reject"): ("rejected", Actor.REGIONAL_DIRECTOR),
    ("agreed", "withdraw"): ("withdrawn", Actor.BROKER),
}


class TestOffers:
    @pytest.mark.parametrize(("state", "action"), [*itertools.product(offer_states.STATES, offer_states.ACTIONS)])
    def test_every_state_and_action(self, state: str, action: str) -> None:
        found = step_from(state, action)
        if (state, action) in ALLOWED:
            assert isinstance(found, Step)
            assert (found.to_state, found.actor) == ALLOWED[state, action]
        else:
            assert isinstance(found, Blocked)
            assert offer_states.STATES[state].stands in found.text

    def test_an_action_belongs_to_one_actor(self) -> None:
        for step in offer_states.STEPS:
            assert actor_of(step.action) is step.actor

    def test_only_open_states_wait_on_somebody(self) -> None:
        for state in offer_states.STATES.values():
            assert state.open == any(s.from_state == state.code and s.action == "withdraw" for s in offer_states.STEPS)
            assert (state.waits_on is not None) == (state.open or state.code == "proposed")

    def test_the_states_of_needs_and_proposals_exist(self) -> None:
        for state in offer_states.STATES.values():
            assert state.proposal in set(ProposalState)
        for step in offer_states.STEPS:
            assert step.need_state is None or step.need_state in set(NeedState)
            assert step.movement is None or step.movement in KINDS

    def test_days_are_held_exactly_while_an_offer_is_open(self) -> None:
        for step in offer_states.STEPS:
            opens = offer_states.STATES[step.to_state].open and not offer_states.STATES[step.from_state].open
            closes = offer_states.STATES[step.from_state].open and not offer_states.STATES[step.to_state].open
            assert (step.movement is not None) == (opens or closes)


class TestEpisodes:
    @pytest.mark.parametrize(("state", "action"), [*itertools.product(episode_states.STATES, episode_states.ACTIONS)])
    def test_every_state_and_action(self, state: str, action: str) -> None:
        allowed = {
            "open": {
                "pause",
                "stop",
                "use",
                "return",
                "correct",
                "visit",
                "withdraw_visit",
                "deploy",
                "end_deployment",
                "complete",
                "claim",
                "answer_claim",
            },
            "paused": {"resume", "stop"},
            "awaiting_sign_off": {"sign_off", "send_back", "stop", "claim", "answer_claim"},
            "completed": {"claim", "answer_claim"},
            "stopped": {"claim", "answer_claim"},
        }
        found = episode_step(state, action)
        if action in allowed[state]:
            assert isinstance(found, EpisodeStep)
        else:
            assert isinstance(found, EpisodeBlocked)
            assert episode_states.STATES[state].stands in found.text
