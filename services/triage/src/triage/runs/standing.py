"""Whether what stands for a school goes on standing beside a result that was reckoned anew."""

from collections.abc import Callable
from datetime import date

from triage.domain.tiering import Judge
from triage.runs.results import Stored, read_evidence, store
from triage.runs.standing_sql import HeldSchool, outcome_of


def goes_on(school: HeldSchool, stored: Stored, on: date, judge_of: Callable[[int], Judge]) -> bool:
    """Tell whether the assessment that stands goes on standing as it was made, with the reasons given.

    What is proposed or reasoned otherwise takes its place. Of an assessment under another version only what is proposed
    counts, as long as that version (`judge_of` its number) says of today's evidence what it said then: a version alone
    replaces nothing that comes to the same, and facts that no rule looks at do not either.
    """
    live = school.live
    if live is None:
        return False
    if live.result_hash == stored.result_hash:
        return True
    if live.policy_version == stored.proposal.policy_version or live.outcome != outcome_of(stored.proposal):
        return False
    evidence = read_evidence(school.urn, school.facts, school.follow_up)
    return store(judge_of(live.policy_version).propose(evidence, on)).result_hash == live.result_hash
