"""The states of a support episode. Nothing is written to one that is paused or stopped.

Days had before the end are owed after it: they are claimed, and claims answered, once it is stopped or completed, too.
While completion waits for the supported body's signature nothing is written either, so that it signs what it has read.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EpisodeState:
    """One state: its code, its label, how it stands for someone who wants to write, whether it holds the need, and what
    it leaves the need in."""

    code: str
    label: str
    stands: str
    open: bool
    need: str


@dataclass(frozen=True, slots=True)
class EpisodeStep:
    """One allowed step; `movement` is the movement of days a writing step makes (None: none)."""

    from_state: str
    action: str
    to_state: str
    movement: str | None = None


@dataclass(frozen=True, slots=True)
class EpisodeBlocked:
    """What blocks a step, in words for the person who tried."""

    action: str
    state: str
    text: str


STATES: dict[str, EpisodeState] = {
    state.code: state
    for state in (
        EpisodeState("open", "Open", "the episode is open", open=True, need="in_support"),
        EpisodeState(
            "paused",
            "Paused",
            "the episode is paused, and nothing is written to it until it resumes",
            open=True,
            need="in_support",
        ),
        EpisodeState(
            "stopped",
            "Stopped",
            "the episode has been stopped, and nothing more is written to it",
            open=False,
            need="decided",
        ),
        EpisodeState(
            "awaiting_sign_off",
            "Waiting for sign-off",
            "its completion waits for the supported body to sign it off",
            open=True,
            need="in_support",
        ),
        EpisodeState(
            "completed",
            "Completed",
            "the episode is completed and signed off; further support is an episode of its own",
            open=False,
            need="met",
        ),
    )
}

ACTIONS: dict[str, str] = {
    "pause": "pause the episode",
    "resume": "resume the episode",
    "stop": "stop the episode",
    "use": "record days used",
    "return": "return days",
    "correct": "correct days used",
    "visit": "record a visit",
    "withdraw_visit": "withdraw a visit",
    "deploy": "deploy a further leader",
    "end_deployment": "end a leader's deployment",
    "complete": "ask for completion",
    "sign_off": "sign the completion off",
    "send_back": "send the completion back",
    "claim": "claim days",
    "answer_claim": "answer a claim",
}

STEPS: tuple[EpisodeStep, ...] = (
    EpisodeStep("open", "pause", "paused"),
    EpisodeStep("paused", "resume", "open"),
    EpisodeStep("open", "stop", "stopped", "released"),
    EpisodeStep("paused", "stop", "stopped", "released"),
    EpisodeStep("open", "use", "open", "used"),
    EpisodeStep("open", "return", "open", "returned"),
    EpisodeStep("open", "correct", "open", "use_corrected"),
    EpisodeStep("open", "visit", "open", "used"),
    EpisodeStep("open", "withdraw_visit", "open", "use_corrected"),
    EpisodeStep("open", "deploy", "open"),
    EpisodeStep("open", "end_deployment", "open", "released"),
    EpisodeStep("open", "complete", "awaiting_sign_off"),
    EpisodeStep("awaiting_sign_off", "sign_off", "completed", "released"),
    EpisodeStep("awaiting_sign_off", "send_back", "open"),
    EpisodeStep("awaiting_sign_off", "stop", "stopped", "released"),
    *(
        EpisodeStep(state, action, state)
        for state in ("open", "awaiting_sign_off", "completed", "stopped")
        for action in ("claim", "answer_claim")
    ),
)

OPEN_STATES: tuple[str, ...] = tuple(state.code for state in STATES.values() if state.open)
_BY_KEY = {(step.from_state, step.action): step for step in STEPS}


def episode_step(state: str, action: str) -> EpisodeStep | EpisodeBlocked:
    """The step that `action` takes from `state`, or what blocks it. Unknown codes: KeyError."""
    found = _BY_KEY.get((state, action))
    if found is not None:
        return found
    return EpisodeBlocked(action, state, f"You cannot {ACTIONS[action]}: {STATES[state].stands}.")
