"""The policy document as it is drafted: every part typed. Codes are those of the scheme's words (`labels`)."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, StrictInt, StringConstraints

from shared.schemas import RequestModel

Code = Annotated[str, StringConstraints(min_length=1, max_length=60)]
Grade = StrictInt | Code
Words = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=4000)]
Codes = Annotated[list[Code], Field(max_length=50)]
Grades = Annotated[list[Grade], Field(max_length=20, description="overall grades 1 to 4, and codes of report cards")]


class GradeTest(RequestModel):
    """When an inspection meets a standard of weakness, told apart by how it was graded: an equivalence table."""

    overall: Grades = Field(description="with an overall grade: these")
    key_areas: Codes = Field(description="without one: one of these areas …")
    key_grades: Grades = Field(description="… has one of these grades,")
    any_area_grades: Grades = Field(description="or any area has one of these,")
    barred_areas: Codes = Field([], description="unless one of these areas …")
    barred_grades: Grades = Field([], description="… has one of these grades")
    card_areas: Codes = Field(description="on a report card: one of these areas …")
    card_grades: Grades = Field(description="… has one of these grades,")
    card_any_grades: Grades = Field(description="or any area has one of these")
    also_safeguarding: bool = Field(False, description="without an overall grade: failing safeguarding is enough")
    also_category: bool = Field(False, description="without an overall grade: any category of concern is enough")


class Stuck(RequestModel):
    """Stuck: below good at the latest graded inspection (without a category of concern), and at the one before."""

    now: GradeTest
    before: GradeTest


class LowAttainment(RequestModel):
    """The trigger by low attainment; `below` is a percentage."""

    enabled: bool
    below: float | None = Field(ge=0, le=100, description="needed where the trigger is on")


class AcceptableGrades(RequestModel):
    """What a weak grade is put to when it is told what would alter a result."""

    overall: Grade
    area: Grade
    card: Grade
    not_met: Code
    not_effective: Code


class PolicyParameters(RequestModel):
    """Every threshold, list and equivalence of a version, in full."""

    predecessor_grades: Literal["use", "flag", "ignore"] = Field(
        description="grades earned under a former URN: they count; count and are flagged; are left out"
    )
    card_frameworks: Codes = Field(description="frameworks whose inspections give a report card")
    card_core_areas: Codes = Field(description="the areas of a card that all have to be graded for enough to be known")
    enough_overall: Grades = Field(description="overall grades by which enough is known")
    enough_areas: Codes = Field(description="without an overall grade, the areas that all have to be judged")
    judged_grades: Grades = Field(description="grades by which an area counts as judged")
    special_measures: Codes
    categories: Codes = Field(description="categories of concern")
    safeguarding_failures: Codes
    action_grades: Grades = Field(
        description="grades by which an area needs action, from the least to the most serious on each scale, each once"
    )
    concern_outcomes: Annotated[list[Words], Field(max_length=50)] = Field(
        description="an outcome in words that holds one of these is a concern; capitals and punctuation do not count"
    )
    weak: GradeTest = Field(description="what calls for support")
    category_expected: GradeTest = Field(description="what calls for a category of concern")
    stuck: Stuck
    review_conclusions: Codes = Field(description="conclusions of a progress review that call for more")
    low_attainment: LowAttainment
    acceptable_grades: AcceptableGrades


class InForce(RequestModel):
    """From which day a version is to be in force, and, where it ends by itself, its last day."""

    from_: date = Field(alias="from", description="after today")
    to: date | None = Field(None, description="null: until a later version begins")


class PolicySource(RequestModel):
    """What the version rests on."""

    name: Words
    note: Words | None = None


class NewRule(RequestModel):
    """A rule in its place. What it looks at is the rule's own; what it leads to is the version's."""

    id: Code = Field(description="one of the rules that there are; a rule that is new needs a release")
    step: Annotated[str, StringConstraints(min_length=1, max_length=10)]
    proposes: Code | None = Field(None, description="a result of the scheme")
    warns: Code | None = Field(None, description="a warning of the scheme")
    while_open: bool = Field(False, description="tried only while nothing has been proposed")
    stops: bool = Field(False, description="no later rule is tried once this one has fired")


class NewPolicyVersion(RequestModel):
    """A draft of the next version of a scheme, whole.

    Results, warnings, words, who sees a proposal, and what can be decided stay those of the scheme.
    """

    version: Annotated[StrictInt, Field(ge=1, le=10_000)] | None = Field(
        None, description="the next number, which is given where none is sent; any other is a conflict"
    )
    title: Words
    description: Words
    in_force: InForce
    source: PolicySource
    parameters: PolicyParameters
    rules: list[NewRule] = Field(min_length=1, max_length=50, description="tried in this order")
    support_months: dict[Code, Annotated[StrictInt, Field(ge=1, le=120)]] | None = Field(
        None, description="how long support lasts, in months by occasion; not sent: as in the latest active version"
    )

    def content(self) -> dict[str, Any]:
        """What was sent, as JSON has it, without what stands for nothing."""
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True)


class PolicyStepOrder(RequestModel):
    """Why a version is withdrawn."""

    reason: Reason


class ActivationOrder(PolicyStepOrder):
    """Why a draft is brought into force."""

    replaces: Annotated[StrictInt, Field(ge=1, le=10_000)] | None = Field(
        None, description="a version that is active from a day still to come: it is withdrawn in the same step"
    )
