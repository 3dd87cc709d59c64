"""Numbers and identifiers beyond what is stored are unreadable values, not faults."""

from datetime import date

import pytest

from inspection.imports.kinds.ofsted.register import parse_uid, parse_urn
from inspection.imports.reading.cells import parse_date, parse_digits, parse_int


class TestNumbers:
    @pytest.mark.parametrize("cell", ["1000000000", "9" * 400, "9" * 5000, "-1", "1.0", "1e3", "٣", "0x1", ""])
    def test_a_number_that_no_column_takes(self, cell: str) -> None:
        with pytest.raises(ValueError, match="not a whole number"):
            parse_int(cell)

    def test_the_largest(self) -> None:
        assert parse_int(" 999999999 ") == 999_999_999


class TestDates:
    @pytest.mark.parametrize("cell", ["01/01/2100", "2100-01-01", "01-01-2100"])
    def test_the_ways_of_writing(self, cell: str) -> None:
        assert parse_date(cell) == date(2100, 1, 1)

    @pytest.mark.parametrize("cell", ["01/01/2101", "0999-12-31", "31/12/9999", "0\u0661/01/2020", "1/1/2020"])
    def test_what_is_none(self, cell: str) -> None:
        with pytest.raises(ValueError, match=r"not a date|no year"):
            parse_date(cell)


class TestIdentifiers:
    @pytest.mark.parametrize("cell", ["1" * 11, "9" * 400, "12a", "٣", ""])
    def test_what_is_none(self, cell: str) -> None:
        with pytest.raises(ValueError, match="not digits"):
            parse_digits(cell)

    def test_leading_zeros_are_kept(self) -> None:
        assert parse_digits(" 0010 ") == "0010"

    def test_a_group_has_one_uid(self) -> None:
        assert parse_uid("5143") == "5143"
        with pytest.raises(ValueError, match="starts with 0"):
            parse_uid("05143")

    @pytest.mark.parametrize("cell", ["99999", "1000000", "9" * 400])
    def test_a_urn_has_six_digits(self, cell: str) -> None:
        with pytest.raises(ValueError, match="not "):
            parse_urn(cell)
