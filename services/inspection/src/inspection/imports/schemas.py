"""Documents of imports."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from shared.jobs.model import JobProblem, JobState
from shared.schemas import ApiModel, Page, Progress


class RowCounts(ApiModel):
    """What became of the file's rows; null until the import has ended. `read` is the sum of the other four."""

    read: int | None = None
    created: int | None = None
    changed: int | None = None
    unchanged: int | None = None
    rejected: int | None = None


class HeaderReport(ApiModel):
    """How the file's header differs from those known of its kind, and which `layout` it has, on which `line`."""

    missing: list[str]
    unknown: list[str]
    duplicated: list[str]
    layout: str | None = None
    line: int | None = None


class LoadWarning(ApiModel):
    """Something odd that kept no row out, how often, with up to ten examples."""

    code: str
    text: str
    count: int
    examples: list[Any] = Field(default_factory=list)


class ImportedFile(ApiModel):
    """The file that was sent. `encoding` is known once it has been read."""

    name: str
    size: int
    sha256: str
    encoding: str | None = None


class Import(ApiModel):
    """An import, which is also its job. `problem` says why nothing was loaded."""

    id: UUID
    kind: str
    state: JobState
    progress: Progress
    as_at: date
    dry_run: bool
    file: ImportedFile
    rows: RowCounts
    header: HeaderReport | None = None
    warnings: list[LoadWarning]
    problem: JobProblem | None = None
    submitted_by: str
    created_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None


class Rejection(ApiModel):
    """A row that was not taken. `row` counts data rows and `line` lines of the file, both from 1; `raw` is the row."""

    row: int
    line: int
    column: str | None
    value: str | None
    code: str
    text: str
    raw: str


ImportPage = Page[Import]
RejectionPage = Page[Rejection]
