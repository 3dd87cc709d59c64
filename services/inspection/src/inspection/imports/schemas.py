"""Documents of imports."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from shared.jobs.model import JobProblem, JobState
from shared.schemas import ApiModel, Page, Progress, RequestModel


class RowCounts(ApiModel):
    """What became of the file's rows; null until the import has ended. `read` is the sum of the other four."""

    read: int | None = None
    created: int | None = None
    changed: int | None = None
    unchanged: int | None = None
    rejected: int | None = None


class RenamedColumn(ApiModel):
    """A column that is missing, and one nobody knows that looks like it."""

    known_as: str
    now: str


class HeaderReport(ApiModel):
    """How the file's header differs from those known of its kind, and which `layout` it has, on which `line`."""

    missing: list[str]
    unknown: list[str]
    duplicated: list[str]
    moved: list[str] = Field([], description="columns that stand in another order than is known")
    renamed: list[RenamedColumn] = Field([], description="columns missing that another may be under a new name")
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
    resubmits: UUID | None = Field(None, description="the import whose rejected rows this one corrects")
    created_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None


class Rejection(ApiModel):
    """A row that was not taken. `row` counts data rows and `line` lines of the file, both from 1; `raw` is the row.

    Of files of pupils' figures `raw` is null, and so is a `value` with digits in it: small numbers are hidden wherever
    they are told, and whoever sent the file has it.
    """

    row: int
    line: int
    column: str | None
    value: str | None
    code: str
    text: str
    raw: str | None


class FieldChange(ApiModel):
    """What an import changed of what was known before, or a dry run would change; from `as_at` on.

    Schools, groups, links and places that are new are counted by the import and not told one by one.

    Figures of pupils are not repeated here, since small numbers are hidden wherever they are told: of a measure that
    changed, `from` and `to` say whether there was a value, and whether there is one.
    """

    urn: int | None = Field(description="null for a group of the register")
    concerns: Literal["school", "membership", "inspection", "pupil_data", "group", "link", "location", "outcome"]
    subject: str | None = Field(
        description="UID of the trust or group, id of the inspection, academic year, `<kind>/<URN>` of a link, or the "
        "day on which the inspection of an outcome began; null for a field of the register and for a place",
    )
    field: str = Field(
        description="`membership` and `inspection` are whole ones: null where there was or is none; of an area, "
        "`areas/<code>/grade` is the grade or the reason for none",
        examples=["name", "left_on", "areas/inclusion/grade", "fsm_ever6_percent"],
    )
    before: Any = Field(alias="from")
    after: Any = Field(alias="to")
    as_at: date


class CorrectedRow(RequestModel):
    """A rejected row by its number, with the cells that are put right, by the titles of their columns."""

    row: int = Field(ge=1)
    values: dict[str, str] = Field(min_length=1)


class CorrectedRows(RequestModel):
    """Rejected rows put right."""

    rows: list[CorrectedRow] = Field(min_length=1, max_length=10_000)


ChangePage = Page[FieldChange]
ImportPage = Page[Import]
RejectionPage = Page[Rejection]
