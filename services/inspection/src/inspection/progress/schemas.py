"""Progress data as it is sent and answered."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from shared.schemas import ApiModel, FieldError, Page, RequestModel

Status = Literal["value", "suppressed", "not_collected", "missing"]
MAX_MEASURES = 100
MAX_ROWS = 10_000


class MeasureInput(RequestModel):
    """A figure of the school as a whole, never of a pupil. Without `status`: `value` where there is one."""

    code: str = Field(
        max_length=100, examples=["fsm_eligible"], description="a code of `measures` in the reference data"
    )
    value: Annotated[float, Field(allow_inf_nan=False)] | None = None
    cohort: int | None = Field(None, ge=0, le=100_000, description="pupils the figure is about; the roll unless told")
    status: Status | None = None


class ProgressDataInput(RequestModel):
    """All figures of a school and term. `urn` and `period` may be left out; they are those of the address."""

    urn: int | None = None
    period: str | None = None
    measures: list[MeasureInput] = Field(min_length=1, max_length=MAX_MEASURES)


class BatchRowInput(RequestModel):
    """A row of a batch: all figures of one school and term."""

    urn: int = Field(ge=1, le=2**31 - 1)
    period: str = Field(max_length=50)
    measures: list[MeasureInput] = Field(min_length=1, max_length=MAX_MEASURES)


class MeasureFigure(ApiModel):
    """A figure as it is shown: null with its reason in `status` where it is not."""

    code: str = Field(examples=["fsm_eligible"])
    value: float | None = Field(description="with the decimals of its measure, whatever it was sent with")
    cohort: int | None
    status: Status


class ProgressData(ApiModel):
    """The figures of a term, small cells hidden from all readers alike. `released_on`: null while it is private."""

    urn: int
    period: str = Field(examples=["2025-26-autumn"])
    measures: list[MeasureFigure]
    released_on: date | None
    version: int
    submitted_at: datetime | None = Field(description="null for those who see the released figures only")
    validated: bool = Field(description="false: supplied by the school or its trust")
    note: str = Field(examples=["Supplied by the school, not validated"])


class ProgressTerm(ApiModel):
    """A term of which there are figures, with its newest version and the one last released."""

    period: str
    version: int
    released_version: int | None
    released_on: date | None


class ProgressTermPage(Page[ProgressTerm]):
    """One page of terms, newest first."""


class ProgressRowResult(ApiModel):
    """What became of one row; rows count from 1, without the header."""

    row: int
    urn: int | None
    period: str | None
    status: Literal["created", "changed", "unchanged", "rejected"]
    version: int | None
    errors: list[FieldError]


class ProgressBatchCounts(ApiModel):
    """received = created + changed + unchanged + rejected."""

    received: int
    created: int
    changed: int
    unchanged: int
    rejected: int


class ProgressBatchResult(ApiModel):
    """A bulk write, row by row."""

    id: UUID
    counts: ProgressBatchCounts
    data: list[ProgressRowResult]
    created_at: datetime


class ProgressRowPage(Page[ProgressRowResult]):
    """One page of rejected rows."""


class DataClient(ApiModel):
    """A client that may read and write the progress data of a trust's schools."""

    trust_uid: str
    client_id: str
    granted_at: datetime
    granted_by: str


class DataClientPage(Page[DataClient]):
    """One page of clients."""
