"""The shapes on the wire: CloudEvents 1.0 in JSON, a page of them, and the cursor between two pages."""

from datetime import datetime
from typing import Any, Final, Literal

from pydantic import Field

from shared.errors import Unprocessable, invalid
from shared.pagination import decode_cursor, encode_cursor
from shared.schemas import ApiModel

START: Final = 0
"""The position before the first event."""


class CloudEvent(ApiModel):
    """One event (CloudEvents 1.0, JSON format, with the distributed tracing extension)."""

    specversion: Literal["1.0"] = "1.0"
    id: str = Field(description="unique within `source`; told again, an event keeps it", examples=["184467"])
    source: str = Field(description="the service that tells it", examples=["/directory"])
    type: str = Field(description="what happened", examples=["directory.entry.changed"])
    subject: str = Field(description="what it happened to", examples=["100000"])
    time: datetime
    datacontenttype: Literal["application/json"] = "application/json"
    data: dict[str, Any] = Field(default_factory=dict)
    traceparent: str | None = Field(None, description="W3C trace context of the change")


class ChangePaging(ApiModel):
    """How to go on. The cursor is always there, so that a follower can ask again later."""

    limit: int
    next_cursor: str
    next_url: str


class ChangePage(ApiModel):
    """One page of the feed, in the order in which the changes became visible."""

    data: list[CloudEvent]
    paging: ChangePaging
    head: str = Field(description="the cursor of the newest event there is")
    as_of: datetime | None = Field(
        None, description="every change committed before this moment stands at or before `head`; null where not known"
    )


def cursor_at(source: str, position: int) -> str:
    """Return the opaque cursor of a position in the feed of `source`."""
    return encode_cursor((source, position))


def bad_cursor() -> Unprocessable:
    """Return the error for a cursor that this feed did not make."""
    return invalid("after", "This cursor was not made by this feed, or the feed has been reset since.", "bad_cursor")


def position_of(cursor: str, source: str) -> int:
    """Return the position inside a cursor; raises Unprocessable for one of another feed, or of none."""
    named, position = decode_cursor(cursor, (str, int))
    if named != source or not isinstance(position, int) or position < START:
        raise bad_cursor()
    return position


def reaches(cursor: str, head: str) -> bool:
    """Tell whether a follower at `cursor` has read all up to `head`, both of one feed."""
    return events_between(cursor, head) == 0


def events_between(cursor: str | None, head: str) -> int:
    """Return how many events a follower at `cursor` has not read of those up to `head`, both of one feed."""
    there = decode_cursor(head, (str, int))
    here = (there[0], START) if cursor is None else decode_cursor(cursor, (str, int))
    if here[0] != there[0]:
        raise bad_cursor()
    return max(0, int(there[1] or START) - int(here[1] or START))
