"""For whom a client acts: its own organisation, and the trusts that have given it a delegation."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from inspection.progress import repository
from inspection.progress.problems import ProgressNotFound
from shared.auth import Principal

BODIES: Final = frozenset({"trust", "la", "school"})
DEPARTMENT: Final = "dfe"
BODY_OF: Final[Mapping[str, str]] = {"trust": "trust", "local_authority": "la"}


@dataclass(frozen=True, slots=True)
class Acting:
    """The organisations whose data a client may see; `everything` for the department."""

    orgs: frozenset[str]
    everything: bool = False
    regions: frozenset[str] = frozenset()

    @property
    def seen(self) -> repository.Seen:
        """Which rows these are."""
        return repository.Seen(self.orgs, self.regions, self.everything)

    def answers_for(self, school: Mapping[str, Any]) -> bool:
        """Tell whether one of them is the body responsible for a school."""
        body = BODY_OF.get(school["rb_kind"])
        return body is not None and f"{body}:{school['rb_id']}" in self.orgs


async def acting(session: AsyncSession, principal: Principal) -> Acting:
    """Return for whom a client acts, and tell it to the database for this transaction."""
    if principal.org.kind == DEPARTMENT:
        return Acting(frozenset(), everything=principal.sees_everything, regions=principal.regions)
    own = {str(principal.org)} if principal.org.id else set()
    orgs = {f"trust:{uid}" for uid in await repository.delegating_trusts(session, principal.client_id)}
    await repository.bind_orgs(session, orgs | own)
    return Acting(frozenset(orgs | own if principal.org.kind in BODIES else orgs))


async def responsible_school(session: AsyncSession, principal: Principal, urn: int) -> Mapping[str, Any]:
    """Return a school that the client acts for as the responsible body; raises ProgressNotFound for any other."""
    whom = await acting(session, principal)
    school = await repository.school(session, urn)
    if school is None or not whom.answers_for(school):
        raise ProgressNotFound(f"There is no school {urn} among those that you answer for.")
    return school
