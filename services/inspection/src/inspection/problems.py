"""The errors of this service, one meaning each, and those that a constraint of its database stands for."""

from collections.abc import Mapping
from typing import Final

from shared.errors import Conflict, DomainError, NotFound, Unprocessable, invalid


class SchoolNotFound(NotFound):
    """No school carries this URN."""

    slug = "school-not-found"
    title = "There is no school with this URN"


class TrustNotFound(NotFound):
    """No trust carries this UID."""

    slug = "trust-not-found"
    title = "There is no trust with this UID"


class LocalAuthorityNotFound(NotFound):
    """No local authority has this code."""

    slug = "local-authority-not-found"
    title = "There is no local authority with this code"


class InspectionNotFound(NotFound):
    """There is no published inspection with this id."""

    slug = "inspection-not-found"
    title = "There is no such inspection"


class InspectionExists(Conflict):
    """The school has an inspection of this number, or, without a number, of this start."""

    slug = "inspection-exists"
    title = "There is such an inspection already"


class IllegalStep(Conflict):
    """The inspection is in a state that this step does not start from; `errors` says what bars it."""

    slug = "illegal-step"
    title = "The inspection is in a state that does not allow this step"


class DraftExists(Conflict):
    """An inspection of this number is being written."""

    slug = "draft-exists"
    title = "There is such a draft already"


CONSTRAINT_ERRORS: Final[Mapping[str, DomainError]] = {
    "uq_inspections_urn_number": InspectionExists("The school has an inspection with this number already."),
    "uq_inspections_urn_starts_on": InspectionExists("The school has an inspection that begins on this day already."),
    "uq_inspection_drafts_urn_number": DraftExists("An inspection of this school with this number is being written."),
    "uq_inspection_drafts_trust_uid_number": DraftExists(
        "An inspection of this trust with this number is being written."
    ),
    "uq_trust_inspections_trust_uid_number": InspectionExists("The trust has an inspection with this number already."),
    "pk_trust_inspections": IllegalStep("It was corrected just now: read it again."),
    "published_version_unchanged": IllegalStep("A published version never changes: make a correction."),
    "fk_inspections_urn": SchoolNotFound("No school in the register carries this URN."),
    "ck_inspections_overall_by_framework": invalid("/overall", "This framework gives no overall grade."),
    "ck_inspections_card_date": invalid("/starts_on", "Report cards begin on 10 November 2025."),
}


def not_kept_on_that_date(detail: str) -> Unprocessable:
    """Return the error for an `as_of` that the register's history does not reach."""
    return invalid("as_of", detail, "as_of_not_available")
