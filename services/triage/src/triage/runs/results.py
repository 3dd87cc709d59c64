"""A proposal as it is stored: JSON made once, and a hash of all of it."""

import hashlib
from dataclasses import dataclass

import orjson

from triage.domain.facts import SchoolFacts, read_facts
from triage.domain.tiering import Proposal
from triage.policies.documents import canonical


@dataclass(frozen=True, slots=True)
class Stored:
    """The parts of a proposal that are stored as JSON, and the hash of its canonical form.

    The hash covers everything that is proposed and why. It leaves out the date of the run and the version of the facts:
    facts that changed where no rule looks make no new assessment.
    """

    proposal: Proposal
    reasons: bytes
    counterfactuals: bytes
    result_hash: str


def read_evidence(urn: int, facts: str, follow_up: str) -> SchoolFacts:
    """Read a school's evidence as the database holds it, in JSON."""
    return read_facts(urn, orjson.loads(facts), orjson.loads(follow_up))


def store(proposal: Proposal) -> Stored:
    """Serialise a proposal."""
    reasons = canonical(proposal.reasons)
    counterfactuals = canonical(proposal.counterfactuals)
    whole = {
        "urn": proposal.urn,
        "scheme": proposal.scheme,
        "policy_version": proposal.policy_version,
        "result": proposal.result,
        "flags": proposal.flags,
        "action_areas": proposal.action_areas,
        "category_of_concern": proposal.category_of_concern,
        "warnings": proposal.warnings,
        "reasons": orjson.Fragment(reasons),
        "counterfactuals": orjson.Fragment(counterfactuals),
    }
    return Stored(proposal, reasons, counterfactuals, hashlib.sha256(canonical(whole)).hexdigest())
