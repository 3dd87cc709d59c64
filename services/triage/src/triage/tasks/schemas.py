"""Tasks on the wire."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.schemas import ApiModel, Page

TaskKind = Literal["serve_notice", "make_representations", "decide", "review", "publish"]


class Task(ApiModel):
    """One thing that is due of somebody."""

    id: str
    kind: TaskKind
    waits_on: str = Field(description="a party, or an office of the department", examples=["regional-director"])
    due_on: date
    overdue: bool
    urn: int
    school_name: str
    region: str | None
    assessment_id: UUID
    notice_id: UUID | None
    decision_id: UUID | None


class TaskPage(Page[Task]):
    """One page of tasks, soonest due first."""
