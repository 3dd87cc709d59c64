"""Reference data on the wire."""

from typing import Any

from shared.schemas import ApiModel


class Code(ApiModel):
    """A code with its label."""

    code: str
    label: str


class Flag(Code):
    """A flag; a confidential one is shown to the department only."""

    confidential: bool


class SchemeCodes(ApiModel):
    """The results a scheme proposes, and what may be decided on them (null where nothing is)."""

    scheme: str
    label: str
    results: list[Code]
    warnings: list[Code]
    tiers: list[str] | None
    routes_by_tier: dict[str, list[str]] | None
    actions_by_tier: dict[str, list[str]] | None


class EligibilityRule(Code):
    """A rule of a programme in a sentence, and its route."""

    route: str


class ProgrammeCodes(ApiModel):
    """A programme of support: its version, routes, results, rules with their parameters, and what it assumes."""

    programme: str
    version: int
    label: str
    routes: list[str]
    exceptional_circumstances: bool
    results: list[Code]
    rules: list[EligibilityRule]
    assumptions: list[Code]
    parameters: dict[str, Any]


class ReferenceData(ApiModel):
    """Every code of this service."""

    schemes: list[SchemeCodes]
    programmes: list[ProgrammeCodes]
    regions: list[Code]
    flags: list[Flag]
    routes: list[Code]
    actions: list[Code]
    areas: list[Code]
    grades: list[Code]
    categories: list[Code]
    safeguarding: list[Code]
    review_conclusions: list[Code]
    decision_states: list[Code]
    notice_states: list[Code]
    case_states: list[Code]
    authorisers: list[Code]
    parties: list[Code]
    notice_kinds: list[Code]
    representation_positions: list[Code]
    decision_reasons: list[Code]
    urgent_grounds: list[Code]
    review_outcomes: list[Code]
    run_states: list[Code]
