"""Tokens for tests, signed with a key made in the process."""

import time
import uuid
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import orjson
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

ISSUER = "https://issuer.test"
AUDIENCE = "school-improvement"


@cache
def signing_key() -> ECKey:
    """Return the key of this test run."""
    return ECKey.generate_key("P-256", parameters={"kid": "test", "use": "sig", "alg": "ES256"})


@cache
def jwks_url() -> str:
    """Return a file URL of the public keys."""
    path = Path(mkdtemp(prefix="jwks-")) / "jwks.json"
    path.write_bytes(orjson.dumps(KeySet([signing_key()]).as_dict(private=False)))
    return path.as_uri()


def make_token(
    *,
    scope: Iterable[str] | str,
    org: str = "dfe",
    role: str = "dfe",
    regions: Iterable[str] = (),
    user: str | None = None,
    client_id: str = "test-client",
    **changes: object,
) -> str:
    """Return a signed access token; `user` makes it a person's, `changes` overrides claims (None removes one)."""
    now = int(time.time())
    claims: dict[str, object] = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": user or client_id,
        "client_id": client_id,
        "iat": now,
        "exp": now + 3600,
        "jti": uuid.uuid4().hex,
        "scope": scope if isinstance(scope, str) else " ".join(scope),
        "role": role,
        "org": org,
        "regions": list(regions),
    }
    claims = {name: value for name, value in {**claims, **changes}.items() if value is not None}
    return jwt.encode({"alg": "ES256", "kid": "test", "typ": "at+jwt"}, claims, signing_key())


def bearer(**claims: object) -> dict[str, str]:
    """Return the Authorization header of a token with these claims (see `make_token`)."""
    return {"Authorization": f"Bearer {make_token(**claims)}"}  # type: ignore[arg-type]  # passed on as they come
