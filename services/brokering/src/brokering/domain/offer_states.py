"""The road of an offer, as a table: state, action, actor → next state.

Source: the steps of a support episode under the TSI offer (offer to the leader, answer, agreement of the school,
approval by the regional director, who has the final say on the match). Nothing here does anything: a step is a value,
and asking for one that the table does not hold gives a `Blocked` that says what stands in the way.
"""

from dataclasses import dataclass
from enum import StrEnum


class Actor(StrEnum):
    """Who may take a step. The clock takes one of its own: it lets an unanswered offer lapse."""

    BROKER = "broker"
    LEADER = "leader"
    SUBJECT = "subject"
    REGIONAL_DIRECTOR = "regional_director"
    CLOCK = "clock"


@dataclass(frozen=True, slots=True)
class State:
    """One state of an offer.

    `stands` says how things stand, in words for whoever tries a step; `open` whether it holds the need, so that a
    second offer must wait; `proposal` the state it leaves the proposal in; `waits_on` whose turn it is.
    """

    code: str
    label: str
    stands: str
    open: bool
    proposal: str
    waits_on: Actor | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One allowed step, with the movement of days it makes and the state it leaves the need in (None: as it is)."""

    from_state: str
    action: str
    actor: Actor
    to_state: str
    movement: str | None
    need_state: str | None


@dataclass(frozen=True, slots=True)
class Blocked:
    """The answer to an impossible step: what blocks it, in words for the person who tried."""

    action: str
    state: str
    text: str


STATES: dict[str, State] = {
    state.code: state
    for state in (
        State(
            "proposed",
            "Proposed",
            "no offer has been made of this match yet",
            open=False,
            proposal="proposed",
            waits_on=Actor.BROKER,
        ),
        State(
            "offered",
            "Offered",
            "the leader has not answered the offer yet",
            open=True,
            proposal="under_offer",
            waits_on=Actor.LEADER,
        ),
        State(
            "accepted",
            "Accepted by the leader",
            "the leader has accepted, and the school or its responsible body has not agreed yet",
            open=True,
            proposal="under_offer",
            waits_on=Actor.SUBJECT,
        ),
        State(
            "agreed",
            "Agreed by the school",
            "the leader and the school have agreed, and the regional director has not approved yet",
            open=True,
            proposal="under_offer",
            waits_on=Actor.REGIONAL_DIRECTOR,
        ),
        State("approved", "Approved", "the match is approved and its episode opened", open=False, proposal="accepted"),
        State("declined", "Declined by the leader", "the leader has declined it", open=False, proposal="declined"),
        State("lapsed", "Lapsed", "its deadline passed without an answer", open=False, proposal="declined"),
        State("withdrawn", "Withdrawn", "it was withdrawn", open=False, proposal="withdrawn"),
        State("refused", "Refused by the school", "the school did not agree", open=False, proposal="declined"),
        State("rejected", "Not approved", "the regional director did not approve", open=False, proposal="declined"),
    )
}

ACTIONS: dict[str, str] = {
    "offer": "make an offer",
    "accept": "accept the offer",
    "decline": "decline the offer",
    "lapse": "let the offer lapse",
    "withdraw": "withdraw the offer",
    "agree": "agree to the leader",
    "refuse": "refuse the leader",
    "approve": "approve the match",
    "reject": "reject the match",
}

STEPS: tuple[Step, ...] = (
    Step("proposed", "offer", Actor.BROKER, "offered", "offered", "under_offer"),
    Step("offered", "accept", Actor.LEADER, "accepted", None, None),
    Step("offered", "decline", Actor.LEADER, "declined", "offer_returned", "decided"),
    Step("offered", "lapse", Actor.CLOCK, "lapsed", "offer_returned", "decided"),
    Step("offered", "withdraw", Actor.BROKER, "withdrawn", "offer_returned", "decided"),
    Step("accepted", "agree", Actor.SUBJECT, "agreed", None, None),
    Step("accepted", "refuse", Actor.SUBJECT, "refused", "offer_returned", "decided"),
    Step("accepted", "withdraw", Actor.BROKER, "withdrawn", "offer_returned", "decided"),
    Step("agreed", "approve", Actor.REGIONAL_DIRECTOR, "approved", "reserved", "in_support"),
    Step("agreed", "reject", Actor.REGIONAL_DIRECTOR, "rejected", "offer_returned", "decided"),
    Step("agreed", "withdraw", Actor.BROKER, "withdrawn", "offer_returned", "decided"),
)

OPEN_STATES: tuple[str, ...] = tuple(state.code for state in STATES.values() if state.open)
REASON_REQUIRED: frozenset[str] = frozenset({"decline", "refuse", "reject", "withdraw"})
_BY_KEY = {(step.from_state, step.action): step for step in STEPS}


def step_from(state: str, action: str) -> Step | Blocked:
    """The step that `action` takes from `state`, or what blocks it. Unknown codes: KeyError."""
    found = _BY_KEY.get((state, action))
    if found is not None:
        return found
    return Blocked(action, state, f"You cannot {ACTIONS[action]}: {STATES[state].stands}.")


def actor_of(action: str) -> Actor:
    """Whose action it is (each action belongs to one actor)."""
    return next(step.actor for step in STEPS if step.action == action)
