"""Identifiers that sort by the time they were made (UUID version 7, RFC 9562 section 5.7)."""

import secrets
import time
from uuid import UUID


def new_id() -> UUID:
    """Return a fresh UUIDv7: 48 bits of milliseconds, 12 of their fraction (RFC 9562, 6.2, method 3), 62 random bits.

    So what one process makes one after the other sorts in that order, as lists by id promise.
    """
    milliseconds, rest = divmod(time.time_ns(), 1_000_000)
    fraction = (rest << 12) // 1_000_000
    value = (milliseconds & 0xFFFF_FFFF_FFFF) << 80 | 0x7 << 76 | fraction << 64
    return UUID(int=value | 0b10 << 62 | secrets.randbits(62))
