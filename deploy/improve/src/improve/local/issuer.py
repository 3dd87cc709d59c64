"""The development token issuer: a small ASGI application with the two paths an OAuth 2.0 server needs here.

It gives tokens to the services' own clients and to registered ones (client credentials, RFC 6749 section 4.4).
People's tokens are made by `make token`. Never for production.
"""

import base64
import binascii
import hmac
import json
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any
from urllib.parse import parse_qs, unquote

from improve.local.clients import secret_of
from improve.local.home import Home
from improve.local.keys import client_secret, mint, public_keys
from improve.local.roles import registry
from improve.local.services import SERVICES

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
BODY_LIMIT = 16 * 1024  # bytes


class RefusedError(Exception):
    """An OAuth 2.0 error answer (RFC 6749 section 5.2)."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code


class Issuer:
    """`GET /.well-known/jwks.json`, `POST /oauth2/token`, `GET /readyz`."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._secrets = {service.client_id: client_secret(home, service.client_id) for service in SERVICES}
        self._keys = public_keys(home)

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
            return
        try:
            status, body = await self._answer(scope, receive)
        except RefusedError as refused:
            status, body = refused.status, {"error": refused.code}
        await _respond(send, status, body)

    async def _answer(self, scope: Mapping[str, Any], receive: Receive) -> tuple[int, Mapping[str, Any]]:
        match scope["method"], scope["path"]:
            case "GET", "/.well-known/jwks.json":
                return 200, self._keys
            case "GET", "/readyz" | "/livez":
                return 200, {"status": "ready"}
            case "POST", "/oauth2/token":
                return 200, self._token(dict(scope["headers"]), await _form(receive))
            case _:
                return 404, {"error": "not_found"}

    def _token(self, headers: Mapping[bytes, bytes], form: Mapping[str, str]) -> Mapping[str, Any]:
        client_id, secret = _credentials(headers, form)
        service = self._secrets.get(client_id)
        known = service or secret_of(self._home, client_id)
        if known is None or not hmac.compare_digest(known.encode(), secret.encode()):
            raise RefusedError(401, "invalid_client")
        if form.get("grant_type") != "client_credentials":
            raise RefusedError(400, "unsupported_grant_type")
        claims = registry().service_claims(client_id) if service else registry().registered_claims(client_id)
        return {
            "access_token": mint(self._home, claims),
            "token_type": "Bearer",
            "expires_in": registry().document["lifetime_seconds"],
            "scope": claims["scope"],
        }


def _credentials(headers: Mapping[bytes, bytes], form: Mapping[str, str]) -> tuple[str, str]:
    scheme, _, encoded = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
    if scheme.lower() != "basic":
        return form.get("client_id", ""), form.get("client_secret", "")
    try:
        client_id, _, secret = base64.b64decode(encoded).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise RefusedError(401, "invalid_client") from None
    return unquote(client_id), unquote(secret)


async def _form(receive: Receive) -> dict[str, str]:
    body = b""
    more = True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > BODY_LIMIT:
            raise RefusedError(413, "invalid_request")
    return {name: values[-1] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


async def _respond(send: Send, status: int, body: Mapping[str, Any]) -> None:
    headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(body).encode()})


def application() -> Issuer:
    """What `uvicorn --factory` starts."""
    return Issuer(Home.find())
