"""Why a school stands where it does, and why a leader was proposed for it: as text, from the APIs' own reasons."""

import contextlib
from collections.abc import Iterator

from improve.client import Api, Deployment, Document, ProblemError
from improve.errors import CommandError
from improve.runs import SCHEMES

NOT_AN_ID = (404, 422)


def explain_school(deployment: Deployment, urn: int) -> Iterator[str]:
    """Lines on a school's assessment under each scheme; raises CommandError if there is no such school."""
    school = deployment.inspection.find(f"/v1/schools/{urn}")
    if school is None:
        raise CommandError(f"there is no school with URN {urn}")
    yield describe_school(school)
    for scheme in SCHEMES:
        assessment = deployment.triage.find(f"/v1/schools/{urn}/assessment", scheme=scheme)
        if assessment is None:
            yield f"{scheme}: not assessed"
        else:
            yield from describe_assessment(assessment)


def describe_school(school: Document) -> str:
    """One line: who and where."""
    body = school.get("responsible_body") or {}
    return (
        f"{school['name']} (URN {school['urn']}): {school['phase']}, {school['local_authority']['name']}, "
        f"{school['region']}; responsible body: {body.get('name') or 'not known'}"
    )


def describe_assessment(assessment: Document, *, considered: bool = True) -> Iterator[str]:
    """The result; the rules that fired (+), what would have led to less (?), and what else was considered (-)."""
    version = assessment["policy_version"]
    yield f"{assessment['scheme']} (policy version {version}, as of {assessment['as_of']}): {assessment['result']}"
    if (assessment.get("upstream") or {}).get("facts_changed_since"):
        yield "  ! the school's facts have changed since; `improve assess` proposes anew"
    if assessment.get("flags"):
        yield f"  flags: {', '.join(_code(flag) for flag in assessment['flags'])}"
    if assessment.get("action_areas"):
        yield f"  action needed in: {', '.join(_code(area) for area in assessment['action_areas'])}"
    reasons = assessment["reasons"]
    yield from (f"  + {reason['rule']}: {reason['text']}" for reason in reasons if reason["fired"])
    yield from (f"  ? {other['text']}" for other in assessment["counterfactuals"])
    if considered:
        yield from (f"  - {reason['rule']}: {reason['text']}" for reason in reasons if not reason["fired"])


def _code(value: object) -> str:
    return str(value.get("code", value)) if isinstance(value, dict) else str(value)


def explain_match(deployment: Deployment, identifier: str) -> Iterator[str]:
    """Lines on a proposal, or on the newest one of a need; or why a need has none."""
    brokering = deployment.brokering
    proposal = _find(brokering, f"/v1/proposals/{identifier}")
    if proposal is None:
        need = _find(brokering, f"/v1/needs/{identifier}")
        if need is None:
            raise CommandError(f"there is no proposal and no need {identifier}")
        proposal = newest_proposal(brokering, need["id"])
        if proposal is None:
            yield from describe_without_match(deployment, need)
            return
    yield from describe_proposal(deployment, proposal)


def _find(api: Api, path: str) -> Document | None:
    with contextlib.suppress(ProblemError):
        return api.find(path)
    return None


def newest_proposal(brokering: Api, need_id: str) -> Document | None:
    """The proposal of the newest round that matched this need."""
    finished = newest_round(brokering)
    if finished is None:
        return None
    proposals = brokering.pages(f"/v1/matching-rounds/{finished['id']}/proposals")
    return next((proposal for proposal in proposals if proposal["need_id"] == need_id), None)


def newest_round(brokering: Api) -> Document | None:
    """The newest round that has succeeded."""
    rounds: list[Document] = brokering.get("/v1/matching-rounds", limit=20)["data"]
    return next((each for each in rounds if each["state"] == "succeeded"), None)


def describe_proposal(deployment: Deployment, proposal: Document) -> Iterator[str]:
    """School, leader, distance, every part of the score, and who would have come next."""
    need = deployment.brokering.get(f"/v1/needs/{proposal['need_id']}")
    leader = deployment.brokering.get(f"/v1/leaders/{proposal['leader_id']}")
    yield f"need: {describe_subject(deployment, need)}; {need['days']:g} days, action needed in: {_areas(need)}"
    yield f"leader: {describe_leader(leader)}"
    distance = proposal.get("distance_km")
    yield f"suitability {proposal['suitability']} of 1000, {_distance(distance)}, state {proposal['state']}"
    for part in proposal.get("score_parts", []):
        yield f"  {part['part']}: {part['value']} x {part['weight']}: {part.get('text', '')}"
    for following in (proposal.get("next_best") or [])[:3]:
        yield f"  next: {following['reference']} ({following['suitability']}): {following['text']}"


def _distance(distance: float | None) -> str:
    return "distance not known" if distance is None else f"{distance:.1f} km apart"


def _areas(need: Document) -> str:
    return ", ".join(_code(area) for area in need.get("areas", [])) or "not stated"


def describe_subject(deployment: Deployment, need: Document) -> str:
    """One line on the school or trust that needs support."""
    subject = need["subject"]
    if subject["kind"] == "school" and (school := deployment.inspection.find(f"/v1/schools/{subject['id']}")):
        return describe_school(school)
    return f"{subject['kind']} {subject['id']}"


def describe_leader(leader: Document) -> str:
    """One line on a system leader; people are not named."""
    organisation = leader.get("organisation") or {}
    return (
        f"{leader['reference']} ({leader['role']}) of {organisation.get('name') or organisation.get('id')}, "
        f"{leader['region']}, {', '.join(leader.get('phases', []))}"
    )


def describe_without_match(deployment: Deployment, need: Document) -> Iterator[str]:
    """Why the newest round found no leader for a need, and what would have to give."""
    yield f"need: {describe_subject(deployment, need)}; {need['days']:g} days, action needed in: {_areas(need)}"
    finished = newest_round(deployment.brokering)
    if finished is None:
        yield "no matching round has been run: `improve round`"
        return
    unmatched = deployment.brokering.pages(f"/v1/matching-rounds/{finished['id']}/unmatched")
    entry = next((each for each in unmatched if each["need_id"] == need["id"]), None)
    if entry is None:
        yield f"the newest round ({finished['id']}) did not consider it; state {need['state']}"
        return
    yield from describe_unmatched(entry)


def describe_unmatched(entry: Document) -> Iterator[str]:
    """The reasons for no match and the changes that would have made one."""
    for reason in entry.get("reasons", []):
        yield f"  - {_words(reason)}"
    for relaxation in entry.get("relaxations", []):
        yield f"  > {_words(relaxation)}"
    if not entry.get("relaxations"):
        yield "  > no single change would find a leader"


def _words(part: object) -> str:
    if not isinstance(part, dict):
        return str(part)
    count = f" ({part['count']:,})" if isinstance(part.get("count"), int) else ""
    return f"{part.get('text') or part.get('rule') or part.get('code')}{count}"
