"""The hard rules of matching: who may support whom, and what a broker should know of the pair all the same.

Each rule is a frozen value; the values of their parameters come with the policy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from brokering.domain.matching import Interest, Leader, Need
from brokering.domain.matching_policy import MatchingPolicy, OwnOrganisation
from brokering.domain.places import METRES_IN_A_KM, distance_km, whole_metres
from brokering.domain.values import FLAG_BITS, Flag, LeaderRole, SubjectKind, Window, say_days

NAMED_SCHOOLS = 3
"""An authority may hold dozens: a sentence names a few and counts all."""


@dataclass(frozen=True, slots=True)
class Barred:
    """Why a pair cannot be: the rule's code and a sentence."""

    rule: str
    text: str


@dataclass(frozen=True, slots=True)
class FlagNote:
    """What a flag says of a pair, in words."""

    flag: str
    text: str


class Rule(Protocol):
    """A hard rule: a frozen value that says why it bars a pair, or nothing."""

    @property
    def code(self) -> str:
        """The rule's code, as published."""

    @property
    def of_leader_alone(self) -> bool:
        """Whether the rule looks at the leader only, and so bars all of its pairs or none."""

    def bars(self, need: Need, leader: Leader) -> str | None:
        """Return the reason in words, or None where the rule lets the pair be."""


@dataclass(frozen=True, slots=True)
class TrustLevelTakesChiefExecutive:
    """A trust-level need takes only the chief executive of a trust."""

    code: str = "trust_level"
    of_leader_alone: bool = False

    def bars(self, need: Need, leader: Leader) -> str | None:
        """Bar anyone but a chief executive from a trust-level need."""
        if need.subject_kind != SubjectKind.TRUST or leader.role == LeaderRole.TRUST_CEO:
            return None
        return "A trust is matched to the chief executive of a strong trust, not to an NLE."


@dataclass(frozen=True, slots=True)
class PhaseExperience:
    """The school's phase must be among the leader's phases. A need without a phase asks for none."""

    policy: MatchingPolicy
    code: str = "phase"
    of_leader_alone: bool = False

    def bars(self, need: Need, leader: Leader) -> str | None:
        """Bar a leader without experience of the school's phase."""
        if need.phase is None or leader.phases & self.policy.phases_served_by(need.phase):
            return None
        return f"The school's phase ({need.phase}) is not among the leader's ({', '.join(sorted(leader.phases))})."


@dataclass(frozen=True, slots=True)
class WithinReach:
    """Straight-line distance up to a cap. Remote leaders are exempt; an unknown place does not bar."""

    cap_km: float
    code: str = "distance"
    of_leader_alone: bool = False

    def bars(self, need: Need, leader: Leader) -> str | None:
        """Bar a pair that is known to be further apart than the cap."""
        if leader.remote or need.place is None or leader.place is None:
            return None
        km = distance_km(need.place, leader.place)
        if km <= self.cap_km:
            return None
        return f"{whole_metres(km) / METRES_IN_A_KM:.1f} km apart in a straight line; the cap is {self.cap_km:g} km."


@dataclass(frozen=True, slots=True)
class Independent:
    """Not the same employer or responsible body, nor the leader's own school."""

    code: str = "same_organisation"
    of_leader_alone: bool = False

    def bars(self, need: Need, leader: Leader) -> str | None:
        """Bar a leader of the school's own responsible body."""
        own_school = need.subject_kind == SubjectKind.SCHOOL and need.subject_id == str(leader.base_urn)
        if not own_school and not need.bodies & leader.bodies:
            return None
        employer = leader.organisation_name or "the leader's organisation"
        return f"{employer} is the employer of the leader and answers for the school or trust in need."


@dataclass(frozen=True, slots=True)
class NoDeclaredInterest:
    """No sponsor bid; no interest or employment that ended less than `years` before the window, or goes on."""

    years: int
    window: Window
    code: str = "declared_interest"
    of_leader_alone: bool = False

    def bars(self, need: Need, leader: Leader) -> str | None:
        """Bar a leader who declared something that touches the need."""
        subjects = need.subject_keys
        counted = [i for i in leader.interests if i.subject_key in subjects and self._counts(i)]
        if not counted:
            return None
        kinds = ", ".join(sorted({interest.kind.replace("_", " ") for interest in counted}))
        return f"The leader declared: {kinds} (counted for {self.years} years)."

    def _counts(self, interest: Interest) -> bool:
        if interest.kind == "sponsor_bid" or interest.ends_on is None:
            return True
        return interest.ends_on >= years_before(self.window.starts_on, self.years)


@dataclass(frozen=True, slots=True)
class DesignationHolds:
    """Designated on every day of the window. A leader whose roster names no designation at all is let through."""

    window: Window
    code: str = "designation"
    of_leader_alone: bool = True

    def bars(self, need: Need, leader: Leader) -> str | None:
        """Bar a leader whose designations do not cover the window."""
        if not leader.designations or any(d.covers(self.window) for d in leader.designations):
            return None
        if all(d.status == "in_training" for d in leader.designations):
            return "The leader is in training: capacity in the making, not capacity now."
        return f"No designation holds from {self.window.starts_on} to {self.window.ends_on}."


@dataclass(frozen=True, slots=True)
class DaysLeft:
    """The leader has as many days left in the window as the need asks for."""

    code: str = "days"
    of_leader_alone: bool = False

    def bars(self, need: Need, leader: Leader) -> str | None:
        """Bar a leader with too few days left for this need alone."""
        if need.half_days <= leader.half_days_left:
            return None
        return f"{say_days(need.half_days)} needed; the leader has {say_days(leader.half_days_left)} left."


@dataclass(frozen=True, slots=True)
class PlaceLeft:
    """The leader can take on one more school at a time."""

    code: str = "max_concurrent"
    of_leader_alone: bool = True

    def bars(self, need: Need, leader: Leader) -> str | None:
        """Bar a leader who already supports as many schools as agreed."""
        if leader.places_left > 0:
            return None
        return f"Already supports {leader.open_deployments} of at most {leader.max_concurrent} at a time."


@dataclass(frozen=True, slots=True)
class OwnOrganisationSound:
    """Where the policy says so, a leader whose own organisation is in difficulty is barred."""

    treatment: OwnOrganisation
    code: str = "own_organisation"
    of_leader_alone: bool = True

    def bars(self, need: Need, leader: Leader) -> str | None:
        """Bar a leader whose organisation holds a stuck school or one in a category, if the policy bars these."""
        if self.treatment != OwnOrganisation.BARRED or not leader.own_concerns:
            return None
        return own_concerns_text(leader)


def own_concerns_text(leader: Leader) -> str:
    """Return how many schools of the leader's own organisation are in difficulty, and the first few by name."""
    count = len(leader.own_concerns)
    named = ", ".join(f"{concern.name} ({concern.what})" for concern in leader.own_concerns[:NAMED_SCHOOLS])
    schools = f"{count} school{'' if count == 1 else 's'} stuck or in a category of concern"
    return f"The leader's own organisation holds {schools}{', among them' if count > NAMED_SCHOOLS else ':'} {named}."


def hard_rules(policy: MatchingPolicy, window: Window) -> tuple[Rule, ...]:
    """Return the policy's hard rules in the order in which they are told."""
    return (
        TrustLevelTakesChiefExecutive(),
        PhaseExperience(policy),
        WithinReach(policy.distance_cap_km),
        Independent(),
        NoDeclaredInterest(policy.interest_years, window),
        DesignationHolds(window),
        DaysLeft(),
        PlaceLeft(),
        OwnOrganisationSound(policy.own_organisation),
    )


def barred_by(rules: tuple[Rule, ...], need: Need, leader: Leader) -> tuple[Barred, ...]:
    """Return every rule that bars the pair, with its reason; empty where the pair may be."""
    reasons = ((rule.code, rule.bars(need, leader)) for rule in rules)
    return tuple(Barred(code, text) for code, text in reasons if text is not None)


def first_bar(rules: tuple[Rule, ...], need: Need, leader: Leader) -> Barred | None:
    """Return the first rule that bars the pair, with its reason; None where the pair may be."""
    for rule in rules:
        text = rule.bars(need, leader)
        if text is not None:
            return Barred(rule.code, text)
    return None


def flag_bits(policy: MatchingPolicy, need: Need, leader: Leader) -> int:
    """Return what a broker should know of a pair, as bits of `FLAG_BITS`."""
    unknown_place = not leader.remote and (need.place is None or leader.place is None)
    own = bool(leader.own_concerns) and policy.own_organisation != OwnOrganisation.OFF
    raised = {
        Flag.UNKNOWN_PLACE: unknown_place,
        Flag.NOT_DECLARED: leader.remote is None or not leader.designations,
        Flag.OWN_ORGANISATION: own,
        Flag.PROVISIONAL_NEED: need.provisional,
    }
    return sum(FLAG_BITS[flag] for flag, holds in raised.items() if holds)


def flag_notes(flags: Sequence[str], need: Need, leader: Leader) -> list[FlagNote]:
    """Return a sentence for each of a pair's flags."""
    silent = [
        what
        for what, missing in (
            ("names no designation", not leader.designations),
            ("does not say whether the leader works remotely", leader.remote is None),
        )
        if missing
    ]
    subject = "leader" if leader.place is None else need.subject_kind
    texts = {
        Flag.UNKNOWN_PLACE: f"The place of the {subject} is not known: the distance has not been checked.",
        Flag.NOT_DECLARED: f"The roster {' and '.join(silent)}.",
        Flag.OWN_ORGANISATION: own_concerns_text(leader),
        Flag.PROVISIONAL_NEED: "No decision stands behind the need yet.",
    }
    return [FlagNote(flag, texts[Flag(flag)]) for flag in flags]


def years_before(day: date, years: int) -> date:
    """Return the same day some years earlier; 29 February becomes the 28th."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)
