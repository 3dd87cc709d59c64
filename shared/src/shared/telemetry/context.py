"""The request's ids: taken from the caller where they are well formed, made otherwise (W3C Trace Context)."""

import random
import re
from contextvars import ContextVar
from typing import NamedTuple

_TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})\Z")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._:/+=-]{1,128}\Z")


class RequestContext(NamedTuple):
    """Ids of one request or one piece of background work."""

    request_id: str
    trace_id: str
    span_id: str
    flags: str = "01"

    @property
    def traceparent(self) -> str:
        """The header that a call made on behalf of this work carries."""
        return f"00-{self.trace_id}-{self.span_id}-{self.flags}"


_current: ContextVar[RequestContext | None] = ContextVar("request_context", default=None)


def new_context(request_id: str | None = None, traceparent: str | None = None) -> RequestContext:
    """Make the context of a piece of work, a child of `traceparent` where one is given."""
    made = _hexadecimal(24)
    trace, flags = made[:32], "01"
    if traceparent and (match := _TRACEPARENT.match(traceparent)) and set(match[1]) != {"0"}:
        trace, flags = match[1], match[3]
    usable = request_id if request_id and _REQUEST_ID.match(request_id) else None
    return RequestContext(usable or trace, trace, made[32:], flags)


def _hexadecimal(size: int) -> str:
    """Return so many random bytes; an id keeps nothing secret, and asking the system for it costs a read its part."""
    return f"{random.getrandbits(8 * size):0{2 * size}x}"


def enter_context(context: RequestContext) -> None:
    """Make this the context of the running task."""
    _current.set(context)


def current_context() -> RequestContext | None:
    """Return the context of the running task."""
    return _current.get()


def trace_id() -> str:
    """Return the running task's trace id, a fresh one where there is none."""
    context = _current.get()
    return context.trace_id if context else _hexadecimal(16)
