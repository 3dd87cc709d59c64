"""The hard rules of matching: who may support whom, and what a broker should know of the pair all the same.

Each rule is a frozen value; the values of their parameters come with the policy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from brokering.domain.conflicts import conflict_text
from brokering.domain.experience import type_unfit
from brokering.domain.matching import Leader, Need
from brokering.domain.matching_policy import DECLARED, ConflictKind, MatchingPolicy, Treatment
from brokering.domain.places import METRES_IN_A_KM, distance_km, whole_metres
from brokering.domain.values import LeaderRole, SubjectKind, Window, say_days

DECLARED_INTEREST = "declared_interest"
ROLES = {LeaderRole.TRUST_CEO.value: "the chief executive of a trust", LeaderRole.NLE.value: "an NLE"}


@dataclass(frozen=True, slots=True)
class Barred:
    """Why a pair cannot be: the rule's code and a sentence."""

    rule: str
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
class PartTakesItsRole:
    """A part of split support takes only a leader of the part's role."""

    code: str = "part"
    of_leader_alone: bool = False

    def bars(self, need: Need, leader: Leader) -> str | None:
        """Bar a leader of another role than the part's."""
        if need.part is None or need.part == leader.role:
            return None
        return f"This part of split support is for {ROLES[need.part]}."


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
class OwnReach:
    """The furthest that the leader is willing to travel, in a straight line; exemptions are those of the cap."""

    code: str = "leader_distance"
    of_leader_alone: bool = False

    def bars(self, need: Need, leader: Leader) -> str | None:
        """Bar a pair that is known to be further apart than the leader travels."""
        limit = leader.max_distance_km
        if limit is None or WithinReach(limit).bars(need, leader) is None:
            return None
        return f"The leader travels {limit:g} km at most, in a straight line; the school is further away."


@dataclass(frozen=True, slots=True)
class SchoolTypeExperience:
    """The school's type must be among those the leader has declared, where the policy bars the pair otherwise."""

    policy: MatchingPolicy
    code: str = "school_type"
    of_leader_alone: bool = False

    def bars(self, need: Need, leader: Leader) -> str | None:
        """Bar a leader without experience of the school's type."""
        barring = self.policy.school_types.treatment == Treatment.BARRED
        return type_unfit(self.policy, need, leader) if barring else None


@dataclass(frozen=True, slots=True)
class DesignationNotInDoubt:
    """No inspection of the leader's own school or trust has the designation looked at again, where that bars."""

    policy: MatchingPolicy
    code: str = "designation_recheck"
    of_leader_alone: bool = True

    def bars(self, need: Need, leader: Leader) -> str | None:
        """Bar a leader whose designation is being looked at again."""
        return leader.in_doubt if self.policy.recheck.treatment == Treatment.BARRED else None


@dataclass(frozen=True, slots=True)
class Conflict:
    """A conflict of interest of one kind. The rule bars the pair where the policy treats the kind so."""

    kind: ConflictKind
    policy: MatchingPolicy
    window: Window

    @property
    def code(self) -> str:
        """The code of the rule: all that is declared goes by one."""
        return DECLARED_INTEREST if self.kind in DECLARED else self.kind.value

    @property
    def of_leader_alone(self) -> bool:
        """The state of the leader's own organisation and who asks for the match are the same for every need."""
        return self.kind in {ConflictKind.OWN_ORGANISATION, ConflictKind.BROKER_COLLEAGUE}

    def bars(self, need: Need, leader: Leader) -> str | None:
        """Bar a pair that has this conflict."""
        if self.policy.conflicts[self.kind] != Treatment.BARRED:
            return None
        return conflict_text(self.kind, self.policy, self.window, need, leader)


@dataclass(frozen=True, slots=True)
class OwnRegion:
    """Where a round keeps to regions, a leader serves the own one only. An unknown region does not bar."""

    policy: MatchingPolicy
    code: str = "region"
    of_leader_alone: bool = False

    def bars(self, need: Need, leader: Leader) -> str | None:
        """Bar a leader of another region."""
        if self.policy.cross_region or need.region is None or leader.region in {None, need.region}:
            return None
        return f"The school is in {need.region}, the leader in {leader.region}; the round keeps to regions."


@dataclass(frozen=True, slots=True)
class NotExcluded:
    """A pair that whoever asked for the round excluded by hand."""

    policy: MatchingPolicy
    code: str = "excluded_pair"
    of_leader_alone: bool = False

    def bars(self, need: Need, leader: Leader) -> str | None:
        """Bar an excluded pair."""
        if (need.id, leader.id) not in self.policy.excluded:
            return None
        return "Whoever asked for the round excluded this pair."


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


def hard_rules(policy: MatchingPolicy, window: Window) -> tuple[Rule, ...]:
    """Return the policy's hard rules in the order in which they are told."""
    conflicts = {kind: Conflict(kind, policy, window) for kind in ConflictKind}
    return (
        TrustLevelTakesChiefExecutive(),
        PartTakesItsRole(),
        PhaseExperience(policy),
        SchoolTypeExperience(policy),
        WithinReach(policy.distance_cap_km),
        OwnReach(),
        conflicts[ConflictKind.SAME_ORGANISATION],
        conflicts[ConflictKind.SPONSOR_BID],
        conflicts[ConflictKind.EMPLOYMENT],
        conflicts[ConflictKind.INTEREST],
        OwnRegion(policy),
        NotExcluded(policy),
        DesignationHolds(window),
        DesignationNotInDoubt(policy),
        DaysLeft(),
        PlaceLeft(),
        conflicts[ConflictKind.OWN_ORGANISATION],
        conflicts[ConflictKind.BROKER_COLLEAGUE],
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
