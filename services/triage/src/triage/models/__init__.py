"""The tables of triage."""

from triage.models.assessments import Assessment, AssessmentRun
from triage.models.base import Base
from triage.models.decisions import Decision
from triage.models.facts import SchoolFactsRow
from triage.models.follow_up import FollowUp
from triage.models.policies import PolicyVersion
from triage.models.reassessment import SchemeDay, SchoolToAssess
from triage.models.simulations import Simulation, SimulationGroup, SimulationMove

__all__ = [
    "Assessment",
    "AssessmentRun",
    "Base",
    "Decision",
    "FollowUp",
    "PolicyVersion",
    "SchemeDay",
    "SchoolFactsRow",
    "SchoolToAssess",
    "Simulation",
    "SimulationGroup",
    "SimulationMove",
]
