"""The tables of triage."""

from triage.models.assessments import Assessment, AssessmentRun
from triage.models.base import Base
from triage.models.decisions import Decision, DecisionPublication
from triage.models.eligibility import EligibilityException
from triage.models.facts import SchoolFactsRow
from triage.models.follow_up import FollowUp
from triage.models.policies import PolicyStep, PolicyVersion, PolicyWithdrawal
from triage.models.procedure import Notice, ProcedureVersion, Representation, TermDates
from triage.models.reassessment import SchemeDay, SchoolToAssess
from triage.models.simulations import Simulation, SimulationGroup, SimulationMove
from triage.models.watching import Reminder, SchoolNote, WatchList

__all__ = [
    "Assessment",
    "AssessmentRun",
    "Base",
    "Decision",
    "DecisionPublication",
    "EligibilityException",
    "FollowUp",
    "Notice",
    "PolicyStep",
    "PolicyVersion",
    "PolicyWithdrawal",
    "ProcedureVersion",
    "Reminder",
    "Representation",
    "SchemeDay",
    "SchoolFactsRow",
    "SchoolNote",
    "SchoolToAssess",
    "Simulation",
    "SimulationGroup",
    "SimulationMove",
    "TermDates",
    "WatchList",
]
