"""Which clients a trust lets work with its schools' progress data."""

from typing import Any

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from inspection.problems import TrustNotFound
from inspection.progress import repository
from inspection.progress.problems import DelegationNotFound
from inspection.progress.tenancy import DEPARTMENT
from inspection.rows import Row
from shared.auth import Principal
from shared.ids import new_id
from shared.pagination import PageParameters, page_of
from shared.responses import json_response, page_response


async def _check(session: AsyncSession, principal: Principal, uid: str) -> None:
    """Raise TrustNotFound unless the client is the trust itself."""
    if str(principal.org) != f"trust:{uid}" or not await repository.trust_exists(session, uid):
        raise TrustNotFound(f"There is no trust {uid} that you are.")


def _document(row: Row) -> dict[str, Any]:
    return {name: row[name] for name in ("trust_uid", "client_id", "granted_at", "granted_by")}


async def grant(request: Request, session: AsyncSession, principal: Principal, uid: str, client_id: str) -> Response:
    """Let a client in: 201, or 200 where it is in already."""
    await _check(session, principal, uid)
    await repository.lock(session, 0, f"delegation {uid} {client_id}")
    known = await repository.delegation(session, uid, client_id)
    if known is not None:
        return json_response(request, _document(known))
    values = {
        "id": new_id(),
        "trust_uid": uid,
        "client_id": client_id,
        "granted_by": principal.subject,
        "tenancy_orgs": [str(principal.org)],
    }
    await repository.add_delegation(session, values)
    return json_response(request, _document(await _found(session, uid, client_id)), status=201)


async def _check_reader(session: AsyncSession, principal: Principal, uid: str) -> None:
    """Raise TrustNotFound unless the client is the trust itself, or the department, which sees who is let in."""
    if not (principal.org.kind == DEPARTMENT and principal.sees_everything):
        await _check(session, principal, uid)
    elif not await repository.trust_exists(session, uid):
        raise TrustNotFound(f"No trust in the register carries the UID {uid}.")


async def read(request: Request, session: AsyncSession, principal: Principal, uid: str, client_id: str) -> Response:
    """Answer with a delegation that holds."""
    await _check_reader(session, principal, uid)
    return json_response(request, _document(await _found(session, uid, client_id)))


async def revoke(session: AsyncSession, principal: Principal, uid: str, client_id: str) -> Response:
    """Shut a client out at once."""
    await _check(session, principal, uid)
    await _found(session, uid, client_id)
    await repository.revoke(session, uid, client_id)
    return Response(status_code=204)


async def list_clients(
    request: Request, session: AsyncSession, principal: Principal, uid: str, page: PageParameters
) -> Response:
    """Answer with the clients that are let in, by id."""
    await _check_reader(session, principal, uid)
    key = page.key(str)
    rows = await repository.delegations(session, uid, None if key is None else str(key[0]), page.limit + 1)
    documents = [_document(row) for row in rows]
    return page_response(request, page_of(request, page, documents, lambda each: (each["client_id"],)))


async def _found(session: AsyncSession, uid: str, client_id: str) -> Row:
    row = await repository.delegation(session, uid, client_id)
    if row is None:
        raise DelegationNotFound(f"The trust {uid} has given no delegation to {client_id}.")
    return row
