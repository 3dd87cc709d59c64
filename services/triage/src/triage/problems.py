"""The errors of this service, one meaning each, and the database constraints that mean one of them."""

from collections.abc import Mapping
from typing import Final

from shared.errors import Conflict, DomainError, NotFound


class PolicyNotFound(NotFound):
    """No such scheme, or no such version of it."""

    slug = "policy-not-found"
    title = "There is no such policy"


class RunNotFound(NotFound):
    """No run of this id that the client may see."""

    slug = "assessment-run-not-found"
    title = "There is no such assessment run"


class SchoolNotFound(NotFound):
    """No school of this URN in the copy of the register."""

    slug = "school-not-found"
    title = "There is no such school"


class FollowUpNotFound(NotFound):
    """No support outcome or progress review of this id that the client may see."""

    slug = "follow-up-not-found"
    title = "There is no such support outcome or progress review"


class AlreadyRecorded(Conflict):
    """The episode or the review is recorded already."""

    slug = "already-recorded"
    title = "It is recorded already"


class SimulationNotFound(NotFound):
    """No simulation of this id that the client may see."""

    slug = "simulation-not-found"
    title = "There is no such simulation"


class SimulationNotFinished(Conflict):
    """The simulation has not succeeded, so there is nothing to read of it."""

    slug = "simulation-not-finished"
    title = "The simulation has come to nothing yet"


class SimulationsNotComparable(Conflict):
    """Two simulations that start from different results."""

    slug = "simulations-not-comparable"
    title = "The simulations cannot be compared"


class AssessmentNotFound(NotFound):
    """No assessment that the client may see."""

    slug = "assessment-not-found"
    title = "There is no such assessment"


class DecisionNotFound(NotFound):
    """No decision of this id that the client may see."""

    slug = "decision-not-found"
    title = "There is no such decision"


class AssessmentSuperseded(Conflict):
    """The assessment is no longer the current one of its school."""

    slug = "assessment-superseded"
    title = "The assessment is no longer the current one"


class AlreadyDecided(Conflict):
    """There is a current decision, and `supersedes` does not name it."""

    slug = "already-decided"
    title = "There is a current decision already"


CONSTRAINT_ERRORS: Final[Mapping[str, DomainError]] = {
    "uq_follow_ups_one_per_reference": AlreadyRecorded(
        "An episode or review of this id is recorded already: correct that one."
    ),
    "uq_decisions_one_current_per_school": AlreadyDecided(
        "Another decision on this school was made just now; name it in `supersedes` to put yours in its place."
    ),
    "uq_decisions_supersedes": AlreadyDecided("The decision named in `supersedes` has been superseded already."),
}
