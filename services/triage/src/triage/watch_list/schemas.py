"""Watch lists, notes and reminders on the wire."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from shared.schemas import ApiModel, Page, RequestModel
from triage.urns import Urn

Line = Annotated[str, StringConstraints(min_length=1, max_length=5000, pattern=r"^[^\x00]*$")]


class NewWatchList(RequestModel):
    """The schools to watch, all of them: what is not named is not watched any more."""

    urns: list[Urn] = Field(max_length=1000, examples=[[100000, 100005]])


class WatchedSchool(ApiModel):
    """A watched school, with what is proposed and what stands for it."""

    urn: int
    name: str
    region: str | None
    proposed: str | None
    decided_tier: str | None


class WatchList(ApiModel):
    """A person's own watch list. Not the flag `watch`, which rests on inspections."""

    version: int = Field(description="0: nothing has been put here yet")
    updated_at: datetime | None
    schools: list[WatchedSchool]


class NewNote(RequestModel):
    """A note on a school."""

    text: Line
    private: bool = Field(False, description="read by its author only")


class Note(ApiModel):
    """A note on a school by a person of the department."""

    id: UUID
    urn: int
    author: str
    author_role: str
    private: bool
    text: str
    created_at: datetime


class NotePage(Page[Note]):
    """One page of notes, newest first."""


class NewReminder(RequestModel):
    """What to be reminded of, and when."""

    urn: Urn
    due_on: date
    text: Line


class Reminder(ApiModel):
    """A person's own reminder; the event `triage.reminder.due` is told on the day."""

    id: UUID
    urn: int
    due_on: date
    text: str
    raised_at: datetime | None
    created_at: datetime


class ReminderPage(Page[Reminder]):
    """One page of reminders, newest first."""
