"""A monitoring inspection judges single areas again: the graded inspection it follows then shows the grade in force.

The graded inspection gets a new version, with each area's own date of judgement, which is how the official file shows
it as well; the version before and the monitoring inspection itself stay in the history. What is in force is reckoned
anew from all inspections of the school whenever one of them is published, corrected or first to be seen.
"""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from inspection.audit.service import Entry, record_step
from inspection.domain.changes import changes
from inspection.domain.framework_rules import GRADED
from inspection.domain.judged_again import follows, in_force, own_judgements, restored
from inspection.drafts import rules
from inspection.drafts.service import case_for
from inspection.publications import repository
from inspection.publications.content import content_of, next_version
from inspection.rows import Row

Content = Mapping[str, Any]

JUDGED_AGAIN: Final = "judged_again"


async def settle(session: AsyncSession, urn: int, cause: UUID, by: str) -> None:
    """Bring the grades in force of a school's graded inspections up to date, because of one that is new or changed.

    The school has to be held (`repository.hold_school`): of two publications at once the later one sees both.
    """
    rows = await repository.hold_standing(session, urn)
    documents = {row["id"]: {**content_of(row), "id": row["id"]} for row in rows}
    graded = {row["id"]: row for row in rows if row["kind"] == GRADED}
    if all(row["own_judgements"] is None for row in graded.values()) and len(graded) == len(rows):
        return
    followed = [documents[identifier] for identifier in graded]
    again: dict[Any, list[Content]] = {identifier: [] for identifier in graded}
    for row in rows:
        document = documents[row["id"]]
        stands = follows(document, followed) if row["kind"] != GRADED else None
        if stands is not None:
            again[stands["id"]].append(document)
    kind = next((row["kind"] for row in rows if row["id"] == cause), GRADED)
    for identifier, row in graded.items():
        await _follow(session, row, again[identifier], reason=f"{kind}_inspection {cause}", by=by)


async def _follow(session: AsyncSession, row: Row, again: list[Content], *, reason: str, by: str) -> None:
    before = content_of(row)
    own = restored(before, row["own_judgements"])
    after = in_force(own, again, rules.framework_rules()[row["framework"]].areas)
    told = changes(rules.audited(before), rules.audited(after))
    if not told:
        return
    columns = next_version(row, before, after, await case_for(session, after))
    kept = {"own_judgements": own_judgements(own, after), "recorded_by": by}
    await repository.follow(session, row["id"], {**columns, **kept}, reason)
    await record_step(session, by, Entry(row["id"], JUDGED_AGAIN, changes=told, reason=reason))
