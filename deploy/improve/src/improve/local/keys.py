"""The development issuer's signing key and the secrets of the services' clients, made on first use and kept."""

import json
import os
import secrets
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, KeySetSerialization

from improve.local.home import Home
from improve.local.roles import Claims

ALGORITHM = "ES256"


def signing_key(home: Home) -> ECKey:
    """The private key; the first caller makes it."""
    return ECKey.import_key(_kept(home, "signing-key.json", _new_key))


def client_secret(home: Home, client_id: str) -> str:
    """The secret of a service's client; the first caller makes it."""
    document = _kept(home, f"{client_id}.json", lambda: {"secret": secrets.token_urlsafe(32)})
    return str(document["secret"])


def has_secret(home: Home, client_id: str) -> bool:
    """Whether a client's secret has been made."""
    return (home.keys / f"{client_id}.json").is_file()


def public_keys(home: Home) -> KeySetSerialization:
    """The key set that the services check tokens with (RFC 7517)."""
    return KeySet([signing_key(home)]).as_dict(private=False)


def mint(home: Home, claims: Claims) -> str:
    """An access token with these claims, signed (RFC 9068)."""
    key = signing_key(home)
    return jwt.encode({"alg": ALGORITHM, "kid": key.kid, "typ": "at+jwt"}, claims, key)


def _new_key() -> dict[str, Any]:
    key = ECKey.generate_key("P-256", parameters={"use": "sig", "alg": ALGORITHM}, auto_kid=True)
    return dict(key.as_dict(private=True))


def _kept(home: Home, name: str, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    home.folder.mkdir(parents=True, exist_ok=True)
    home.keys.mkdir(mode=0o700, exist_ok=True)
    path = home.keys / name
    if not path.exists():
        _write_once(path, json.dumps(make()))
    document: dict[str, Any] = json.loads(path.read_text())
    return document


def _write_once(path: Path, text: str) -> None:
    """Two processes may both make it: the first to finish wins, and neither ever reads half a file."""
    descriptor, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    try:
        os.link(name, path)
    except FileExistsError:
        pass
    finally:
        Path(name).unlink()
