"""Clients registered with the development issuer: an id and a secret each, kept beside the services' own."""

import re

from improve.errors import UsageError
from improve.local.home import Home
from improve.local.keys import client_secret, has_secret
from improve.local.services import SERVICES

FOLDER = "registered"
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")


def register(home: Home, client_id: str) -> str:
    """Register a client and return its secret; again, the same one. Raises UsageError for an id that cannot be one."""
    check_id(client_id)
    (home.keys / FOLDER).mkdir(mode=0o700, parents=True, exist_ok=True)
    return client_secret(home, f"{FOLDER}/{client_id}")


def check_id(client_id: str) -> None:
    """Raise UsageError for what cannot be a client's id."""
    if not _ID.fullmatch(client_id) or client_id in {service.client_id for service in SERVICES}:
        raise UsageError(f"{client_id!r} cannot be a client's id: letters, digits, dots, dashes, and none of ours")


def secret_of(home: Home, client_id: str) -> str | None:
    """Return the secret of a registered client, None for any other."""
    name = f"{FOLDER}/{client_id}"
    return client_secret(home, name) if _ID.fullmatch(client_id) and has_secret(home, name) else None
