"""Structured logs: one JSON object a line on standard output."""

import asyncio
import atexit
import logging
import sys
import threading
from collections import deque
from collections.abc import MutableMapping
from typing import Any, BinaryIO, Final, cast

import orjson
import structlog

from shared.clock import utc_now
from shared.telemetry.context import current_context

FLUSHED_WITHIN: Final = 0.02


class Output:
    """Standard output; where a loop runs, what is written within some milliseconds goes out together.

    A system call for each request costs a hot read a tenth of its time. Lines wait here, for an interpreter that is to
    buffer nothing writes each one out by itself. They go out when the application stops and when the interpreter ends;
    what is lost is what a process that is killed had written in its last `FLUSHED_WITHIN` seconds.
    """

    def __init__(self) -> None:
        self._due_in: asyncio.AbstractEventLoop | None = None
        self._lines: deque[bytes] = deque()
        self._flushing = threading.Lock()
        atexit.register(self.flush_now)

    def write(self, line: bytes) -> None:
        """Take a line."""
        self._lines.append(line)

    def flush(self) -> None:
        """See that all that was taken goes out soon; at once where no loop runs."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self.flush_now()
            return
        if self._due_in is not loop:
            self._due_in = loop
            loop.call_later(FLUSHED_WITHIN, self._flush_as_due)

    def _flush_as_due(self) -> None:
        self._due_in = None
        self.flush_now()

    def flush_now(self) -> None:
        """Write out all that was taken, in the order it was: threads take part in it one at a time."""
        with self._flushing:
            left = memoryview(b"".join([self._lines.popleft() for _ in range(len(self._lines))]))
            while left:  # an unbuffered stream may take a part; one that would block drops what it does not take
                left = left[sys.stdout.buffer.write(left) or len(left) :]
            sys.stdout.buffer.flush()


OUTPUT: Final = Output()


def configure_logs(service: str, level: str) -> None:
    """Send structlog's and the standard library's records to standard output as JSON."""
    number = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)

    def stamp(_logger: object, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        context = current_context()
        if context:
            event["request_id"] = context.request_id
            event["trace_id"] = context.trace_id
        event["service"] = service
        event["timestamp"] = f"{utc_now().isoformat()[:-6]}Z"
        return event

    processors: list[Any] = [stamp, structlog.processors.add_log_level, structlog.processors.format_exc_info]
    structlog.configure(
        processors=[*processors, structlog.processors.JSONRenderer(serializer=_dumps)],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.BytesLoggerFactory(cast("BinaryIO", OUTPUT)),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=processors, processor=structlog.processors.JSONRenderer()
    )
    handler.setFormatter(formatter)
    logging.basicConfig(handlers=[handler], level=max(number, logging.WARNING), force=True)
    logging.getLogger("uvicorn.access").disabled = True


def _dumps(event: object, **_: Any) -> bytes:
    return orjson.dumps(event, default=str)
