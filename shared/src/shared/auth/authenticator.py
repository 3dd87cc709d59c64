"""Reads the bearer token of a request, once."""

from fastapi import Request

from shared.auth.principal import Principal
from shared.auth.tokens import TokenVerifier
from shared.errors import Unauthenticated

CHALLENGE = {"WWW-Authenticate": "Bearer"}


async def principal_of(request: Request) -> Principal | None:
    """Return who asks, or None without a token; a token that does not hold is always an error."""
    state = request.scope.setdefault("state", {})
    if "principal" not in state:
        state["principal"] = await _authenticate(request)
    principal: Principal | None = state["principal"]
    return principal


async def _authenticate(request: Request) -> Principal | None:
    header = request.headers.get("authorization")
    if header is None:
        return None
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated("Send the access token as `Authorization: Bearer <token>`.", headers=CHALLENGE)
    verifier: TokenVerifier = request.app.state.verifier
    try:
        return await verifier.verify(token.strip())
    except Unauthenticated as error:
        error.headers.setdefault("WWW-Authenticate", 'Bearer error="invalid_token"')
        raise
