"""Eligibility, reckoned when it is asked for, and cases admitted outside the criteria."""

from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Principal
from shared.clock import today
from shared.db.session import streaming_session
from shared.errors import Forbidden
from shared.ids import new_id
from shared.pagination import PageParameters, page_of
from shared.responses import json_response, page_response
from triage.domain.eligibility import ELIGIBLE, Programme
from triage.eligibility import repository
from triage.eligibility.answers import Document, school_document, trust_document
from triage.eligibility.programmes import EXCEPTIONAL, require_programme
from triage.eligibility.reading import rolls_on
from triage.eligibility.schemas import NewException
from triage.listing import streamed
from triage.problems import CannotBeAdmitted, SchoolNotFound, TrustNotFound
from triage.procedure.service import procedure_on, refuse_words

BATCH: Final = 500
SCHOOL, TRUST = "school", "trust"
SCHOOL_COLUMNS: Final = ("urn", "school_name", "school_region", "school_local_authority_code", "school_trust_uid",
                         "programme", "programme_version", "as_of", "result", "by_criteria",
                         "possible_tiers")  # fmt: skip
TRUST_COLUMNS: Final = ("uid", "name", "programme", "programme_version", "as_of", "result", "by_criteria")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which eligibility is asked for; None means any."""

    programme: str
    as_of: date | None = None
    result: str | None = None
    region: str | None = None
    la: str | None = None
    trust: str | None = None

    @property
    def on(self) -> date:
        """The day; today where none is named."""
        return self.as_of or today()


async def of_school(
    request: Request, session: AsyncSession, principal: Principal, urn: int, wanted: Wanted
) -> Response:
    """Answer with the eligibility of one school."""
    return json_response(request, await _school(session, principal, urn, wanted))


async def _school(session: AsyncSession, principal: Principal, urn: int, wanted: Wanted) -> Document:
    programme = require_programme(wanted.programme, SCHOOL)
    row = await repository.school(session, principal, urn)
    if row is None:
        raise SchoolNotFound("There is no school of this URN.")
    rolls = rolls_on(await repository.rolls(session), wanted.on)
    admitted = await repository.exceptions(session, programme.code, SCHOOL, wanted.on, [str(urn)])
    return school_document(row, wanted.on, programme, rolls, admitted.get(str(urn)))


async def of_trust(request: Request, session: AsyncSession, principal: Principal, uid: str, wanted: Wanted) -> Response:
    """Answer with the eligibility of one trust."""
    return json_response(request, await _trust(session, principal, uid, wanted))


async def _trust(session: AsyncSession, principal: Principal, uid: str, wanted: Wanted) -> Document:
    programme = require_programme(wanted.programme, TRUST)
    members = rolls_on(await repository.rolls(session), wanted.on).get(uid, [])
    if not members or not _sees(principal, uid, members):
        raise TrustNotFound(f"There is no trust of this UID with a school on its roll on {wanted.on}.")
    rows = await repository.of_urns(session, [each["urn"] for each in members])
    admitted = await repository.exceptions(session, programme.code, TRUST, wanted.on, [uid])
    return trust_document(uid, rows, wanted.on, programme, admitted.get(uid))


def _sees(principal: Principal, uid: str, members: Iterable[Mapping[str, Any]]) -> bool:
    """The department sees all, a region the trusts with a school in it, a trust itself."""
    if principal.sees_everything or str(principal.org) == f"trust:{uid}":
        return True
    return any(each["region"] in principal.regions for each in members)


async def list_schools(
    request: Request, session: AsyncSession, principal: Principal, wanted: Wanted, page: PageParameters
) -> Response:
    """Answer with a page of schools by URN, or with all of them as a stream."""
    programme = require_programme(wanted.programme, SCHOOL)

    async def whole() -> AsyncIterator[Document]:
        async with streaming_session(request) as own:
            async for document in _schools(own, principal, wanted, programme, 0):
                yield document

    if answer := streamed(request, whole, SCHOOL_COLUMNS):
        return answer
    key = page.key(int)
    found = _schools(session, principal, wanted, programme, int(key[0] or 0) if key else 0)
    documents = await _first(found, page.limit + 1)
    total = None
    if page.include_total:
        total = await _count(_schools(session, principal, wanted, programme, 0))
    return page_response(request, page_of(request, page, documents, lambda made: (made["urn"],), total=total))


async def _first(documents: AsyncIterator[Document], limit: int) -> list[Document]:
    found: list[Document] = []
    async for document in documents:
        found.append(document)
        if len(found) == limit:
            break
    return found


async def _count(documents: AsyncIterator[Document]) -> int:
    return sum([1 async for _ in documents])


async def _schools(
    session: AsyncSession, principal: Principal, wanted: Wanted, programme: Programme, after: int
) -> AsyncIterator[Document]:
    chosen = {"region": wanted.region, "la": wanted.la, "trust": wanted.trust}
    rolls = rolls_on(await repository.rolls(session), wanted.on)
    admitted = await repository.exceptions(session, programme.code, SCHOOL, wanted.on)
    while rows := await repository.schools(session, principal, chosen, after, BATCH):
        for row in rows:
            exception = admitted.get(str(row["urn"]))
            document = school_document(row, wanted.on, programme, rolls, exception, whole=False)
            if wanted.result in {None, document["result"]}:
                yield document
        after = rows[-1]["urn"]


async def list_trusts(
    request: Request, session: AsyncSession, principal: Principal, wanted: Wanted, page: PageParameters
) -> Response:
    """Answer with a page of trusts by UID, or with all of them as a stream."""
    programme = require_programme(wanted.programme, TRUST)

    async def whole() -> AsyncIterator[Document]:
        async with streaming_session(request) as own:
            async for document in _trusts(own, principal, wanted, programme, ""):
                yield document

    if answer := streamed(request, whole, TRUST_COLUMNS):
        return answer
    key = page.key(str)
    found = _trusts(session, principal, wanted, programme, str(key[0] or "") if key else "")
    documents = await _first(found, page.limit + 1)
    total = None
    if page.include_total:
        total = await _count(_trusts(session, principal, wanted, programme, ""))
    return page_response(request, page_of(request, page, documents, lambda made: (made["uid"],), total=total))


async def _trusts(
    session: AsyncSession, principal: Principal, wanted: Wanted, programme: Programme, after: str
) -> AsyncIterator[Document]:
    rolls = rolls_on(await repository.rolls(session), wanted.on)
    admitted = await repository.exceptions(session, programme.code, TRUST, wanted.on)
    uids = [uid for uid in sorted(rolls) if uid > after and _chosen(principal, wanted, uid, rolls[uid])]
    for start in range(0, len(uids), BATCH // 10):
        batch = uids[start : start + BATCH // 10]
        urns = [each["urn"] for uid in batch for each in rolls[uid]]
        rows = {row["urn"]: row for row in await repository.of_urns(session, urns)}
        for uid in batch:
            held = [rows[each["urn"]] for each in rolls[uid]]
            document = trust_document(uid, held, wanted.on, programme, admitted.get(uid), whole=False)
            if wanted.result in {None, document["result"]}:
                yield document


def _chosen(principal: Principal, wanted: Wanted, uid: str, members: list[Mapping[str, Any]]) -> bool:
    """A trust is of a region or an authority if one of its schools is."""
    return (
        _sees(principal, uid, members)
        and wanted.trust in {None, uid}
        and (wanted.region is None or any(each["region"] == wanted.region for each in members))
        and (wanted.la is None or any(each["la_code"] == wanted.la for each in members))
    )


async def admit_school(
    request: Request, session: AsyncSession, principal: Principal, urn: int, wanted: NewException
) -> Response:
    """Admit a school outside the criteria."""
    require_programme(wanted.programme, SCHOOL, "/programme")
    row = await repository.school(session, principal, urn)
    if row is None:
        raise SchoolNotFound("There is no school of this URN.")
    require_region(principal, [row["region"]])
    document = await _school(session, principal, urn, Wanted(wanted.programme))
    return json_response(request, await _admit(session, principal, (SCHOOL, str(urn)), document, wanted), status=201)


async def admit_trust(
    request: Request, session: AsyncSession, principal: Principal, uid: str, wanted: NewException
) -> Response:
    """Admit a trust outside the criteria."""
    require_programme(wanted.programme, TRUST, "/programme")
    document = await _trust(session, principal, uid, Wanted(wanted.programme))
    rows = await repository.of_urns(session, [each["urn"] for each in document["schools"]])
    require_region(principal, [row["region"] for row in rows])
    return json_response(request, await _admit(session, principal, (TRUST, uid), document, wanted), status=201)


def require_region(principal: Principal, regions: list[str | None]) -> None:
    """Raise Forbidden unless the token covers one of these regions."""
    if not principal.sees_everything and not principal.regions.intersection(filter(None, regions)):
        raise Forbidden("The token does not cover the region of this case.")


async def _admit(
    session: AsyncSession, principal: Principal, subject: tuple[str, str], document: Document, wanted: NewException
) -> Document:
    programme = require_programme(wanted.programme)
    if EXCEPTIONAL not in programme.rules:
        raise CannotBeAdmitted("This programme admits nobody outside its criteria.")
    if document["exception"] is not None:
        raise CannotBeAdmitted("The case has been admitted already.")
    if document["by_criteria"] == ELIGIBLE:
        raise CannotBeAdmitted("The case is eligible by the criteria.")
    refuse_words(await procedure_on(session, today()), {"/reason": wanted.reason})
    values = {
        "id": new_id(),
        "programme": programme.code,
        "programme_version": programme.version,
        "subject_kind": subject[0],
        "subject": subject[1],
        "reason": wanted.reason,
        "admitted_on": today(),
        "admitted_by": principal.subject,
        "admitted_role": principal.role,
    }
    return await repository.admit(session, values)
