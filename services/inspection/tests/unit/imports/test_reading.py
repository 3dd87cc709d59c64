"""From bytes to rows: each kind of damage has a clear answer, and costs no more than it must."""

import io

import pytest
from services.inspection.tests.files import OFSTED, csv_file

from inspection.imports.reading.encoding import detect
from inspection.imports.reading.header import Header, fold
from inspection.imports.reading.problems import RejectedRow, UnreadableFile
from inspection.imports.reading.table import Table

LOCATIONS = "gias-locations"


def table(content: bytes, kind: str = LOCATIONS) -> Table:
    return Table(io.BytesIO(content), kind)


def rows(content: bytes) -> tuple[list[list[str]], list[tuple[int, str]], Table]:
    """Return the rows that can be parsed, (row number, code) of the others, and the table."""
    opened = table(content)
    good: list[list[str]] = []
    bad: list[tuple[int, str]] = []
    for place, record in opened.rows():
        try:
            good.append(opened.cells(record))
        except RejectedRow as why:
            bad.append((place.row, why.code))
    return good, bad, opened


class TestEncoding:
    @pytest.mark.parametrize(
        ("content", "encoding", "skip"),
        [
            ("urn,lat,lng\nà".encode(), "utf-8", 0),
            (b"\xef\xbb\xbfurn,lat,lng\n", "utf-8", 3),
            ("urn \u2013 à".encode("cp1252"), "cp1252", 0),
            ("à".encode()[:1], "cp1252", 0),
        ],
    )
    def test_is_utf_8_or_windows_1252(self, content: bytes, encoding: str, skip: int) -> None:
        assert detect(io.BytesIO(content)) == (encoding, skip)

    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (b"", "empty_file"),
            (b"PK\x03\x04rest", "not_csv"),
            (b"%PDF-1.7", "not_csv"),
            (b"\xff\xfeu\x00r\x00n\x00", "not_csv"),
            (b"urn\x00,lat", "not_csv"),
            (b"urn,\x81,lng", "unknown_encoding"),
            ("urn,\u00dd".encode() + b"\xff", "unknown_encoding"),
            ("urn,\u00dd".encode() + b"x" * (1 << 20) + b"\xe9\n", "unknown_encoding"),
            ("urn,\u00e9 \u00e9".encode()[:-1], "broken_encoding"),
        ],
    )
    def test_anything_else_is_told(self, content: bytes, code: str) -> None:
        with pytest.raises(UnreadableFile) as problem:
            detect(io.BytesIO(content))
        assert problem.value.code == code


class TestHeader:
    def test_titles_are_folded(self) -> None:
        assert fold("Latest OEIF  Safeguarding (is effective?)") == fold("latest oeif safeguarding is effective")
        assert "group_type__code_" in Header(["Group Type (code)"])

    def test_is_found_below_a_preamble(self) -> None:
        good, bad, opened = rows(b"Title,\n\nAs at 1 May,,,\nURN,Lat,Lng\n100001,51.5,-0.1\n")
        assert (good, bad, opened.header.line) == ([["100001", "51.5", "-0.1"]], [], 4)

    def test_another_kind_is_recognised(self) -> None:
        with pytest.raises(UnreadableFile, match="gias-links") as problem:
            table(b"URN,LinkURN,LinkName,LinkType,LinkEstablishedDate\n", OFSTED)
        assert problem.value.code == "other_kind"

    def test_a_required_column_that_is_missing_is_named(self) -> None:
        with pytest.raises(UnreadableFile, match="lng") as problem:
            table(b"urn,lat\n100001,51\n")
        assert problem.value.code == "missing_column"

    def test_no_header_at_all(self) -> None:
        with pytest.raises(UnreadableFile) as problem:
            table(b"1,2\n" * 100)
        assert problem.value.code == "no_header"


class TestRows:
    def test_line_ends_quotes_and_blank_lines(self) -> None:
        good, bad, _ = rows(b'urn,lat,lng\r\n"1,0","a ""b""","c\nd"\r\n,,\r\n\r\n2,3,4')
        assert good == [["1,0", 'a "b"', "c\nd"], ["2", "3", "4"]]
        assert bad == []

    def test_a_quote_inside_a_cell_is_a_character(self) -> None:
        good, bad, _ = rows(b'urn,lat,lng\n1,5" pipe,2\n3,4,5\n')
        assert good == [["1", '5" pipe', "2"], ["3", "4", "5"]]
        assert bad == []

    def test_a_quote_never_closed_costs_its_own_row_only(self) -> None:
        content = b'urn,lat,lng\n1,"open,2\n' + b"3,4,5\n" * 200
        good, bad, opened = rows(content)
        assert len(good) == 200
        assert bad == [(1, "unterminated_quote")]
        assert not opened.truncated

    @pytest.mark.parametrize(("tail", "code"), [(b"3,4", "truncated_row"), (b'3,"4', "unterminated_quote")])
    def test_a_file_that_breaks_off(self, tail: bytes, code: str) -> None:
        good, bad, opened = rows(b"urn,lat,lng\n1,2,3\n" + tail)
        assert (good, bad, opened.truncated) == ([["1", "2", "3"]], [(2, code)], True)

    def test_a_short_row_in_the_middle_is_no_truncation(self) -> None:
        good, bad, opened = rows(b"urn,lat,lng\n1,2\n3,4,5\n6,7,8,9\n1,2,3,,\n")
        assert good == [["3", "4", "5"], ["1", "2", "3"]]
        assert bad == [(1, "wrong_number_of_columns"), (3, "wrong_number_of_columns")]
        assert not opened.truncated

    def test_rows_can_be_shown_again_as_they_were(self) -> None:
        content = csv_file([["urn", "lat", "lng"], ["1", "à", "3"], ["4", "5", "é"]])
        opened = table(content)
        places = [place for place, _ in opened.rows()]
        assert [opened.text(place) for place in places] == ["1,à,3", "4,5,é"]
