"""The errors of this service, one meaning each, and the database constraints that mean one of them."""

from collections.abc import Mapping
from typing import Final

from shared.errors import Conflict, DomainError, NotFound


class PolicyNotFound(NotFound):
    """No such scheme, or no such version of it."""

    slug = "policy-not-found"
    title = "There is no such policy"


class PolicyVersionTaken(Conflict):
    """A version of this number is there, or the number is not the next one. Versions are never edited."""

    slug = "policy-version-taken"
    title = "A version of a policy is never edited"


class NotADraft(Conflict):
    """The version was brought into force or withdrawn: nothing about it changes any more."""

    slug = "not-a-draft"
    title = "The version is not a draft"


class NotComing(Conflict):
    """The version is no longer, or was never, one that is active from a day still to come."""

    slug = "not-coming"
    title = "The version is not one that is still to come"


class PolicyOverlap(Conflict):
    """Another version is active on days on which this one would be in force."""

    slug = "policy-overlap"
    title = "Another version is in force on these days"


class ActivationTooLate(Conflict):
    """The day from which the draft was to be in force is not in the future."""

    slug = "activation-too-late"
    title = "The day from which it was to be in force has come"


class RunNotFound(NotFound):
    """No run of this id that the client may see."""

    slug = "assessment-run-not-found"
    title = "There is no such assessment run"


class SchoolNotFound(NotFound):
    """No school of this URN in the copy of the register."""

    slug = "school-not-found"
    title = "There is no such school"


class TrustNotFound(NotFound):
    """No trust of this UID with a school on its roll that the client may see."""

    slug = "trust-not-found"
    title = "There is no such trust"


class CannotBeAdmitted(Conflict):
    """The case is eligible by the criteria, admitted already, or the programme admits nobody outside them."""

    slug = "cannot-be-admitted"
    title = "The case cannot be admitted outside the criteria"


class ExceptionNotFound(NotFound):
    """No case of this id was admitted outside the criteria, as far as the client may see."""

    slug = "eligibility-exception-not-found"
    title = "There is no such case"


class WithdrawnAlready(Conflict):
    """The case that was admitted outside the criteria is withdrawn."""

    slug = "withdrawn-already"
    title = "The case is withdrawn already"


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


class ProcedureNotFound(NotFound):
    """No such version of the procedure or of the school holidays."""

    slug = "procedure-version-not-found"
    title = "There is no such version"


class LocalAuthorityNotFound(NotFound):
    """No local authority of this code with a school in the copy of the register."""

    slug = "local-authority-not-found"
    title = "There is no such local authority"


class NoticeNotFound(NotFound):
    """No notice of this id that the client may see."""

    slug = "notice-not-found"
    title = "There is no such notice"


class ReminderNotFound(NotFound):
    """No reminder of this id of this person."""

    slug = "reminder-not-found"
    title = "There is no such reminder"


class NoProcedureInForce(Conflict):
    """No version is in force on the day of the step."""

    slug = "no-procedure-in-force"
    title = "No version of the procedure is in force"


class NoticeGiven(Conflict):
    """There is a notice of this tier on this assessment already, or nothing is left to serve."""

    slug = "notice-given"
    title = "The notice has been given already"


class NotOpen(Conflict):
    """Representations cannot be made: no notice was served, the time is over, or the case is closed."""

    slug = "representations-not-open"
    title = "Representations are not open"


class NotHeard(Conflict):
    """Something of the procedure is still to come before the step; `errors` say what."""

    slug = "procedure-not-complete"
    title = "The procedure does not allow this yet"


class NothingToReview(Conflict):
    """The decision was not made by the urgent route, was reviewed, or is superseded."""

    slug = "nothing-to-review"
    title = "There is nothing to review"


class CannotBePublished(Conflict):
    """The decision is published, or superseded."""

    slug = "cannot-be-published"
    title = "The decision cannot be published"


class AssessmentSuperseded(Conflict):
    """The assessment is no longer the current one of its school."""

    slug = "assessment-superseded"
    title = "The assessment is no longer the current one"


class AlreadyDecided(Conflict):
    """There is a current decision, and `supersedes` does not name it."""

    slug = "already-decided"
    title = "There is a current decision already"


CONSTRAINT_ERRORS: Final[Mapping[str, DomainError]] = {
    "pk_policy_versions": PolicyVersionTaken("A version of this number was drafted just now."),
    "pk_policy_steps": NotADraft("The draft was brought into force or withdrawn just now."),
    "pk_policy_withdrawals": NotComing("The version was withdrawn just now."),
    "uq_follow_ups_one_per_reference": AlreadyRecorded(
        "An episode or review of this id is recorded already: correct that one."
    ),
    "uq_eligibility_exceptions_one_per_case": CannotBeAdmitted(
        "The case has been admitted already, or was and is withdrawn."
    ),
    "pk_eligibility_withdrawals": WithdrawnAlready("The case was withdrawn already."),
    "uq_decisions_one_current_per_school": AlreadyDecided(
        "Another decision on this school was made just now; name it in `supersedes` to put yours in its place."
    ),
    "uq_notices_one_live_per_assessment": NoticeGiven("Another notice on this assessment was given just now."),
    "pk_decision_publications": CannotBePublished("The decision was published just now."),
    "uq_decisions_supersedes": AlreadyDecided("The decision named in `supersedes` has been superseded already."),
}
