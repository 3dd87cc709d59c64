"""Which moves of a simulation are asked for."""

from dataclasses import asdict, dataclass
from typing import Annotated, Any

from fastapi import Depends, Query

from triage.reference.service import require_code, require_result


@dataclass(frozen=True, slots=True)
class MoveFilter:
    """All conditions hold together; None means any."""

    region: str | None = None
    la: str | None = None
    trust: str | None = None
    phase: str | None = None
    before: str | None = None
    after_result: str | None = None
    rule: str | None = None

    def values(self) -> dict[str, Any]:
        """The values by name."""
        return asdict(self)


async def _filter(  # noqa: PLR0917 - FastAPI passes by name
    region: Annotated[str | None, Query(max_length=100, description="one of the nine regions")] = None,
    la: Annotated[str | None, Query(max_length=100, description="code of the local authority")] = None,
    trust: Annotated[str | None, Query(max_length=100, description="UID of the trust")] = None,
    phase: Annotated[str | None, Query(max_length=100, description="phase of education")] = None,
    before: Annotated[str | None, Query(max_length=100, description="the result now")] = None,
    becomes: Annotated[str | None, Query(max_length=100, description="the result it would come to")] = None,
    rule: Annotated[str | None, Query(max_length=100, description="id of the rule that moves it")] = None,
) -> MoveFilter:
    """Read the filters of a list of moves."""
    require_code("regions", region, "region")
    require_result(before, None, "before")
    require_result(becomes, None, "becomes")
    return MoveFilter(region, la, trust, phase, before, becomes, rule)


MoveQuery = Annotated[MoveFilter, Depends(_filter)]
