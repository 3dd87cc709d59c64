"""Which assessments a list is asked for."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query

from shared.clock import today

Code = Annotated[str | None, Query(max_length=100)]


@dataclass(frozen=True, slots=True)
class AssessmentFilter:
    """All conditions hold together; None means any. `as_of` of today or none means the current assessments."""

    scheme: str | None = None
    result: str | None = None
    region: str | None = None
    la: str | None = None
    trust: str | None = None
    flag: str | None = None
    as_of: date | None = None
    run: UUID | None = None


def _filter(  # noqa: PLR0917 - FastAPI passes by name
    scheme: Code = None,
    result: Code = None,
    region: Code = None,
    la: Annotated[str | None, Query(max_length=100, description="code of the local authority")] = None,
    trust: Annotated[str | None, Query(max_length=100, description="UID of the trust")] = None,
    flag: Code = None,
    as_of: Annotated[date | None, Query(description="those that held on this date; default the current ones")] = None,
    run: Annotated[UUID | None, Query(description="those that hold in the series this run wrote to")] = None,
) -> AssessmentFilter:
    on = None if as_of is not None and as_of >= today() else as_of
    return AssessmentFilter(scheme, result, region, la, trust, flag, on, run)


AssessmentQuery = Annotated[AssessmentFilter, Depends(_filter)]
