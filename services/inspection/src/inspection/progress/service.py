"""Progress data of one school: supplied, replaced, read back, released."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from inspection.dashboards.rule import rule
from inspection.dashboards.service import NOT_VALIDATED
from inspection.domain.progress import VALUE, Entry, faults
from inspection.progress import repository
from inspection.progress.problems import NothingToRelease, ProgressNotFound
from inspection.progress.releases import figures_of
from inspection.progress.schemas import MeasureInput, ProgressDataInput
from inspection.progress.shown import Document, rules, shown_of
from inspection.progress.tenancy import acting, responsible_school
from inspection.progress.terms import first_day, wrong_period
from inspection.rows import Row
from shared.auth import Principal
from shared.clock import today
from shared.errors import FieldProblem, PreconditionFailed, PreconditionRequired, Unprocessable, invalid
from shared.etags import check_if_match, etag_of
from shared.events.outbox import NewEvent, append_async
from shared.pagination import PageParameters, page_of
from shared.responses import dumps, json_response, page_response

RELEASED: Final = "inspection.progress-data.released"


def stored_form(sent: Sequence[MeasureInput]) -> list[Document]:
    """Return what was sent as it is kept: every field, in the order of the measures."""
    known = [(each, each.status or (VALUE if each.value is not None else "missing")) for each in sent]
    documents = [
        {"code": each.code, "value": each.value, "cohort": each.cohort, "status": status} for each, status in known
    ]
    return sorted(documents, key=lambda each: rules()[each["code"]].rank if each["code"] in rules() else len(rules()))


def problems_of(sent: Sequence[MeasureInput]) -> list[FieldProblem]:
    """Return what is wrong with the figures sent, by JSON pointer."""
    entries = [
        Entry(each.code, each.value, each.cohort, each.status or (VALUE if each.value is not None else "missing"))
        for each in sent
    ]
    return [
        FieldProblem(f"/measures/{fault.place}/{fault.field}", fault.text, fault.code)
        for fault in faults(entries, rules())
    ]


def document(row: Row, measures: Sequence[Document]) -> Document:
    """Return the ProgressData document of a version."""
    return {
        "urn": row["urn"],
        "period": row["period"],
        "measures": list(measures),
        "released_on": row.get("released_on"),
        "version": row["version"],
        "submitted_at": row.get("submitted_at"),
        "validated": False,
        "note": NOT_VALIDATED,
    }


def read_of(version: Row, **changes: Any) -> Document:
    """Return a version as whoever may read it does."""
    return document({**version, **changes}, shown_of(version))


def check_period(period: str) -> None:
    """Raise Unprocessable for what is no term, or one to come."""
    wrong = wrong_period(period, today())
    if wrong:
        raise invalid("period", wrong, "unknown_period")


async def put(
    request: Request,
    session: AsyncSession,
    principal: Principal,
    *,
    urn: int,
    period: str,
    sent: ProgressDataInput,
    if_match: str | None,
) -> Response:
    """Store the figures of a term: 201 for the first version, 200 for another one, which needs If-Match."""
    school = await responsible_school(session, principal, urn)
    _check(urn, period, sent)
    await repository.lock(session, urn, period)
    known = await repository.newest(session, urn, period, repository.Seen(school["orgs"]))
    _check_precondition(known, if_match)
    measures = stored_form(sent.measures)
    if known is None or known["measures"] != measures:
        version = 1 if known is None else known["version"] + 1
        await repository.add_versions(session, [new_version(school, period, version, measures, principal)])
    stored = await repository.newest(session, urn, period, repository.Seen(school["orgs"]))
    if stored is None:
        raise ProgressNotFound("What was written cannot be seen.")
    path = {"Location": f"/v1/schools/{urn}/progress-data/{period}"}
    return json_response(
        request,
        read_of(stored),
        status=201 if known is None else 200,
        headers=path if known is None else None,
    )


def _check(urn: int, period: str, sent: ProgressDataInput) -> None:
    check_period(period)
    for field, given, wanted in (("urn", sent.urn, urn), ("period", sent.period, period)):
        if given is not None and given != wanted:
            raise invalid(f"/{field}", f"The body says {given}, the address {wanted}.", "contradiction")
    if wrong := problems_of(sent.measures):
        raise Unprocessable("The figures cannot all be true.", errors=wrong)


def _check_precondition(known: Row | None, if_match: str | None) -> None:
    if known is None:
        if if_match:
            raise PreconditionFailed("There are no figures of this term yet: send them without If-Match.")
        return
    if not if_match:
        raise PreconditionRequired("There are figures of this term: read them and send their ETag as If-Match.")
    check_if_match(if_match, etag_of(dumps(read_of(known))))


def new_version(
    school: Row, period: str, version: int, measures: Sequence[Document], principal: Principal
) -> dict[str, Any]:
    """Return the row of a new version, seen by the school and the body that answers for it."""
    return {
        "urn": school["urn"],
        "period": period,
        "version": version,
        "measures": list(measures),
        "submitted_by": principal.subject,
        "tenancy_orgs": school["orgs"],
        "tenancy_region": school["region"],
    }


async def get(
    request: Request, session: AsyncSession, principal: Principal, *, urn: int, period: str, version: int | None
) -> Response:
    """Answer with the newest version, or a certain one; with the released figures to everybody else."""
    check_period(period)
    whom = await acting(session, principal)
    own = await repository.newest(session, urn, period, whom.seen, version)
    if own is not None and version in {None, own["version"]}:
        return json_response(request, read_of(own))
    released = await repository.released(session, urn, period)
    if released is None or version not in {None, released["version"]}:
        raise ProgressNotFound(f"There is no progress data of {urn} for {period} that you may read.")
    return json_response(request, document(released, figures_of(released)))


async def list_terms(
    request: Request, session: AsyncSession, principal: Principal, urn: int, page: PageParameters
) -> Response:
    """Answer with the terms of which there are figures, newest first."""
    whom = await acting(session, principal)
    rows = await repository.periods(session, urn, whom.seen)
    key = page.key(str)
    ordered = sorted(rows, key=lambda row: first_day(row["period"]), reverse=True)
    if key is not None:
        ordered = [row for row in ordered if first_day(row["period"]) < _day(str(key[0]))]
    body = page_of(request, page, ordered, lambda row: (first_day(row["period"]).isoformat(),), total=len(rows))
    return page_response(request, body)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise invalid("after", "This cursor was not made by this list.", "bad_cursor") from None


async def release(request: Request, session: AsyncSession, principal: Principal, urn: int, period: str) -> Response:
    """Make the newest version public, as it is shown; again only once there is a newer one."""
    school = await responsible_school(session, principal, urn)
    check_period(period)
    await repository.lock(session, urn, period)
    known = await repository.newest(session, urn, period, repository.Seen(school["orgs"]))
    if known is None:
        raise ProgressNotFound(f"There is no progress data of {urn} for {period}.")
    version, released_on = known["version"], known["released_on"]
    if released_on is not None:
        raise NothingToRelease(f"Version {version} was released on {released_on}.")
    body = read_of(known, released_on=today())
    key = {"urn": urn, "period": period, "version": version}
    await repository.add_release(
        session, {**key, "measures": body["measures"], "released_on": today(), "made_under": rule()}
    )
    await append_async(session, [NewEvent(RELEASED, str(urn), key)])
    return json_response(request, body)
