"""Numbers and identifiers beyond what is stored are unreadable values, not faults."""

import pytest

from inspection.imports.kinds.ofsted.register import parse_uid, parse_urn
from inspection.imports.reading.cells import parse_digits, parse_int


class TestNumbers:
    @pytest.mark.parametrize("cell", ["1000000000", "9" * 400, "9" * 5000, "-1", "1.0", "1e3", "٣", "0x1", ""])
    def test_a_number_that_no_column_takes(self, cell: str) -> None:
        with pytest.raises(ValueError, match="not a whole number"):
            parse_int(cell)

    def test_the_largest(self) -> None:
        assert parse_int(" 999999999 ") == 999_999_999


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
