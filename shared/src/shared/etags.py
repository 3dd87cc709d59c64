"""Strong validators: made from the bytes or a version, checked on changes."""

import hashlib
from typing import Annotated

from fastapi import Depends, Header

from shared.errors import PreconditionFailed, PreconditionRequired


def etag_of(body: bytes) -> str:
    """Return the strong entity tag of these bytes."""
    return f'"{hashlib.blake2b(body, digest_size=16).hexdigest()}"'


def matches(header: str, etag: str) -> bool:
    """Tell whether an If-Match or If-None-Match header names this tag (weak forms compare by their value)."""
    if header.strip() == "*":
        return True
    return etag in {candidate.strip().removeprefix("W/") for candidate in header.split(",")}


async def _if_match(
    if_match: Annotated[str | None, Header(description="the ETag of the version this change starts from")] = None,
) -> str:
    if not if_match:
        raise PreconditionRequired("Read the resource first and send its ETag as If-Match.")
    return if_match


IfMatch = Annotated[str, Depends(_if_match)]


def check_if_match(if_match: str, current: str) -> None:
    """Raise PreconditionFailed unless the header names the current tag."""
    if if_match.strip().startswith("W/") or not matches(if_match, current):
        raise PreconditionFailed(
            "The resource has changed since it was read; read it again.", headers={"ETag": current}
        )
