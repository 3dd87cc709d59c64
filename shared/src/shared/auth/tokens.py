"""Access tokens: JWTs signed by the issuer's published keys (RFC 9068, RFC 7517)."""

import asyncio
import hashlib
import time
from collections import OrderedDict
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import httpx
import orjson
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from shared.auth.principal import Principal, principal_from
from shared.errors import Unauthenticated, Unavailable

ALGORITHMS = ["RS256", "ES256", "EdDSA", "Ed25519"]
TOKEN_TYPES = {"at+jwt", "application/at+jwt"}
KEYS_TIMEOUT_SECONDS = 5.0
KEYS_REFRESH_SECONDS = 10.0
REMEMBERED_TOKENS = 10_000
LEEWAY_SECONDS = 5


async def fetch_keys(url: str) -> bytes:
    """Read a key set from an https, http or file URL."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        return await asyncio.to_thread(Path(unquote(parts.path)).read_bytes)
    async with httpx.AsyncClient(timeout=KEYS_TIMEOUT_SECONDS) as client:
        return (await client.get(url)).raise_for_status().content


class TokenVerifier:
    """Checks signature, issuer, audience and times; remembers good tokens for a short while.

    Keys are read on first use and again when a token names a key that is not known, at most every ten seconds.
    """

    def __init__(self, *, issuer: str, audience: str, jwks_url: str, remember_seconds: float) -> None:
        self._jwks_url = jwks_url
        self._remember_seconds = remember_seconds
        self._remembered: OrderedDict[bytes, tuple[float, Principal]] = OrderedDict()
        self._keys: KeySet | None = None
        self._keys_read_at = float("-inf")
        self._reading = asyncio.Lock()
        self._claims = jwt.JWTClaimsRegistry(
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            sub={"essential": True},
        )

    async def verify(self, token: str) -> Principal:
        """Return the token's bearer; raises Unauthenticated when it does not hold."""
        digest = hashlib.sha256(token.encode()).digest()
        now = time.time()
        known = self._remembered.get(digest)
        if known and known[0] > now:
            return known[1]
        claims = await self._verified_claims(token)
        principal = principal_from(claims)
        self._remember(digest, min(float(claims["exp"]), now + self._remember_seconds), principal)
        return principal

    def _remember(self, digest: bytes, until: float, principal: Principal) -> None:
        self._remembered[digest] = (until, principal)
        self._remembered.move_to_end(digest)
        while len(self._remembered) > REMEMBERED_TOKENS:
            self._remembered.popitem(last=False)

    async def _verified_claims(self, token: str) -> dict[str, Any]:
        keys = await self._current_keys()
        try:
            decoded = self._decode(token, keys)
        except (JoseError, ValueError):
            keys = await self._current_keys(newer_than=keys)
            decoded = self._decode_or_refuse(token, keys)
        if decoded.header.get("typ", "").lower() not in TOKEN_TYPES:
            raise Unauthenticated("The token is not an access token.")
        try:
            self._claims.validate(decoded.claims)
        except (JoseError, ValueError) as error:
            raise Unauthenticated("The access token has expired or was made for another service.") from error
        return dict(decoded.claims)

    @staticmethod
    def _decode(token: str, keys: KeySet) -> jwt.Token:
        return jwt.decode(token, keys, algorithms=ALGORITHMS)

    def _decode_or_refuse(self, token: str, keys: KeySet) -> jwt.Token:
        try:
            return self._decode(token, keys)
        except (JoseError, ValueError) as error:
            raise Unauthenticated("The access token's signature does not hold.") from error

    async def _current_keys(self, newer_than: KeySet | None = None) -> KeySet:
        async with self._reading:
            fresh = self._keys is not None and self._keys is not newer_than
            recent = time.monotonic() - self._keys_read_at < KEYS_REFRESH_SECONDS
            if self._keys is None or not (fresh or recent):
                await self._read_keys()
            if self._keys is None:
                raise Unavailable("The token issuer's keys cannot be read at the moment.", headers={"Retry-After": "5"})
            return self._keys

    async def _read_keys(self) -> None:
        try:
            self._keys = KeySet.import_key_set(orjson.loads(await fetch_keys(self._jwks_url)))
            self._keys_read_at = time.monotonic()
        except (httpx.HTTPError, OSError, ValueError, JoseError):
            if self._keys is not None:
                self._keys_read_at = time.monotonic()
