"""The documents of an audit, of whatever was changed."""

from datetime import datetime
from typing import Any

from pydantic import Field

from shared.schemas import ApiModel, Page, Source


class Change(ApiModel):
    """One field before and after; null where there was or is no value. `areas/inclusion/grade` is a field in a list."""

    field: str = Field(examples=["areas/inclusion/grade"])
    before: Any = Field(alias="from", examples=["expected_standard"])
    after: Any = Field(alias="to", examples=["needs_attention"])


class AuditEntry(ApiModel):
    """One change: by a person or client of this service, or by a file, which `source` then names."""

    at: datetime
    by: str | None = Field(description="subject of the token; of the one a file was sent with, where that was kept")
    step: str | None = Field(None, description="what was done", examples=["corrected", "loaded"])
    reason: str | None
    source: Source | None = Field(description="null where it was done over the API")
    changes: list[Change]


class AuditPage(Page[AuditEntry]):
    """One page of an audit, newest first."""
