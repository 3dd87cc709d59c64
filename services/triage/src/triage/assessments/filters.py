"""Which assessments a list is asked for."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query

from shared.clock import today
from triage.reference.service import require_code, require_result, require_scheme


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


async def _filter(  # noqa: PLR0917 - FastAPI passes by name
    scheme: Annotated[str | None, Query(max_length=100, description="a scheme of the reference data")] = None,
    result: Annotated[str | None, Query(max_length=100, description="a result of the scheme, or of any")] = None,
    region: Annotated[str | None, Query(max_length=100, description="one of the nine regions")] = None,
    la: Annotated[str | None, Query(max_length=100, description="code of the local authority")] = None,
    trust: Annotated[str | None, Query(max_length=100, description="UID of the trust")] = None,
    flag: Annotated[str | None, Query(max_length=100, description="a code of `flags` in the reference data")] = None,
    as_of: Annotated[date | None, Query(description="those that held on this date; default the current ones")] = None,
    run: Annotated[UUID | None, Query(description="those that hold in the series this run wrote to")] = None,
) -> AssessmentFilter:
    """Read the filters of a list of assessments; a code that does not exist is an error, not an empty list."""
    require_scheme(scheme, "scheme")
    require_result(result, scheme, "result")
    require_code("regions", region, "region")
    require_code("flags", flag, "flag")
    on = None if as_of is not None and as_of >= today() else as_of
    return AssessmentFilter(scheme, result, region, la, trust, flag, on, run)


AssessmentQuery = Annotated[AssessmentFilter, Depends(_filter)]
