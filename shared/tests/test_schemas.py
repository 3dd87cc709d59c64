"""What documents that a service is sent may hold."""

from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

import pytest
from pydantic import AwareDatetime, Field, ValidationError

from shared.schemas import CELLS, RequestModel

WANTED = {
    "agreed": "true or false",
    "day": "text (YYYY-MM-DD)",
    "days": "text (YYYY-MM-DD)",
    "due": "text (YYYY-MM-DD) or text (a time as ISO 8601 has it)",
    "grade": "a number or text",
}


class Sent(RequestModel):
    """One field of each sort."""

    share: Annotated[float, Field(allow_inf_nan=False)] | None = None
    pupils: Annotated[int | None, Field(ge=1)] = None
    agreed: bool = False
    urns: list[int] = Field([])
    weights: dict[str, int] = Field({})
    grade: int | Literal["met"] = 1
    day: date | None = None
    days: list[date] = Field([])
    due: date | AwareDatetime | None = None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("share", "5"),
        ("share", True),
        ("pupils", "5"),
        ("pupils", False),
        ("agreed", 1),
        ("agreed", 0.0),
        ("agreed", "yes"),
        ("urns", ["100001"]),
        ("urns", [100001, True]),
        ("weights", {"phase": "1"}),
        ("grade", True),
        ("day", 1772496000),
        ("day", 0.0),
        ("day", True),
        ("days", ["2026-01-06", 0]),
        ("due", 1772496000),
    ],
)
def test_a_value_of_another_json_type_is_refused(field: str, value: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        Sent.model_validate({field: value})
    (error,) = refused.value.errors()
    assert (error["loc"], error["type"]) == ((field,), "json_type")
    assert WANTED.get(field, "a number") in error["msg"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("share", 5),
        ("pupils", None),
        ("agreed", True),
        ("urns", [100001]),
        ("weights", {"phase": 1}),
        ("grade", "met"),
        ("grade", 2),
    ],
)
def test_one_of_its_own_type_is_taken(field: str, value: Any) -> None:
    assert getattr(Sent.model_validate({field: value}), field) == value


def test_cells_of_a_table_are_all_text() -> None:
    sent = Sent.model_validate({"share": "5", "pupils": "3", "agreed": "true"}, context=CELLS)
    assert (sent.share, sent.pupils, sent.agreed) == (5.0, 3, True)


@pytest.mark.parametrize("context", [None, CELLS])
def test_a_day_is_text_and_nothing_but_a_day(context: dict[str, bool] | None) -> None:
    assert Sent.model_validate({"day": "2026-01-06"}, context=context).day == date(2026, 1, 6)
    for text in ("1772496000", "2026-01-06T00:00:00Z", "2026-1-6", " 2026-01-06", "20260106", "soon", ""):
        with pytest.raises(ValidationError) as refused:
            Sent.model_validate({"day": text}, context=context)
        (error,) = refused.value.errors()
        assert (error["loc"], error["type"]) == (("day",), "date_from_datetime_parsing")


def test_where_a_time_is_taken_too_it_may_be_either() -> None:
    assert Sent.model_validate({"due": "2026-01-06"}).due == date(2026, 1, 6)
    assert Sent.model_validate({"due": "2026-01-06T12:00:00Z"}).due == datetime(2026, 1, 6, 12, tzinfo=UTC)
    with pytest.raises(ValidationError) as refused:
        Sent.model_validate({"due": "1772496000"})
    assert [(error["loc"], error["type"]) for error in refused.value.errors()] == [
        (("due",), "date_from_datetime_parsing")
    ]
