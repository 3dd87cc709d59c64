"""A monitoring inspection judges single areas again: the graded inspection it follows then shows the grade in force.

The graded inspection gets a new version, with each area's own date of judgement, which is how the official file shows
it as well; the version before and the monitoring inspection itself stay in the history.
"""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from inspection.audit.service import Entry, record
from inspection.domain.changes import changes
from inspection.domain.validation import Fault
from inspection.drafts import rules
from inspection.drafts.service import case_for
from inspection.publications import repository
from inspection.publications.content import content_of, next_version
from shared.auth import Principal

Content = Mapping[str, Any]

JUDGED_AGAIN: Final = "judged_again"
REASON: Final = "monitoring_inspection"


async def apply(session: AsyncSession, principal: Principal, inspection_id: UUID, content: Content) -> None:
    """Bring what a monitoring inspection judged into the graded inspection it follows; nothing for another kind."""
    if not rules.judges_another(content):
        return
    graded = await repository.hold_latest_graded(session, content["urn"], content["starts_on"])
    if graded is None:
        return
    before = content_of(graded)
    after = in_force(before, content)
    told = changes(rules.audited(before), rules.audited(after))
    if not told:
        return
    reason = f"{REASON} {inspection_id}"
    columns = next_version(graded, before, after, await case_for(session, after, graded))
    await repository.follow(session, graded["id"], {**columns, "recorded_by": principal.subject}, reason)
    await record(session, principal, Entry(graded["id"], JUDGED_AGAIN, changes=told, reason=reason))


def in_force(graded: Content, monitoring: Content) -> dict[str, Any]:
    """Return a graded inspection with the areas that were judged again; of two judgements the later one holds."""
    began = graded["starts_on"]
    areas = {each["area"]: each for each in graded["areas"]}
    for each in monitoring["areas"]:
        judged_on = each["judged_on"] or monitoring["starts_on"]
        held = areas.get(each["area"])
        if held is None or judged_on >= (held["judged_on"] or began):
            areas[each["area"]] = {**each, "judged_on": judged_on}
    after = {**graded, "areas": [*areas.values()]}
    judged_on = monitoring["safeguarding_judged_on"] or monitoring["starts_on"]
    if monitoring["safeguarding"] is not None and judged_on >= (graded["safeguarding_judged_on"] or began):
        after.update(safeguarding=monitoring["safeguarding"], safeguarding_judged_on=judged_on)
    return after


def withdrawn(before: Content, after: Content) -> list[Fault]:
    """Return what a correction of a monitoring inspection takes out: a judgement made is corrected, not unmade."""
    if not rules.judges_another(before):
        return []
    kept = {each["area"] for each in after["areas"]}
    gone = [each["area"] for each in before["areas"] if each["area"] not in kept]
    return [
        Fault("/areas", f"{area} was judged again by this inspection: correct the judgement.", "withdrawn")
        for area in gone
    ]
