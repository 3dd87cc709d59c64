"""What documents that a service is sent may hold."""

from datetime import date
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field, ValidationError

from shared.schemas import CELLS, RequestModel


class Sent(RequestModel):
    """One field of each sort."""

    share: Annotated[float, Field(allow_inf_nan=False)] | None = None
    pupils: Annotated[int | None, Field(ge=1)] = None
    agreed: bool = False
    urns: list[int] = Field([])
    weights: dict[str, int] = Field({})
    grade: int | Literal["met"] = 1
    day: date | None = None


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
    ],
)
def test_a_value_of_another_json_type_is_refused(field: str, value: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        Sent.model_validate({field: value})
    (error,) = refused.value.errors()
    assert (error["loc"], error["type"]) == ((field,), "json_type")
    assert ("true or false" if field == "agreed" else "a number") in error["msg"]


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


def test_a_day_is_text_in_json() -> None:
    assert Sent.model_validate({"day": "2026-01-06"}).day == date(2026, 1, 6)
