"""From bytes to rows: each kind of damage has a clear answer, and costs no more than it must."""

import io

import pytest
from services.inspection.tests.files import OFSTED, csv_file

from inspection.imports.reading.encoding import detect
from inspection.imports.reading.header import Header, fold
from inspection.imports.reading.problems import RejectedRow, UnreadableFile
from inspection.imports.reading.table import Table, place_of

LOCATIONS = "gias-locations"


def table(content: bytes, kind: str = LOCATIONS) -> Table:
    return Table(io.BytesIO(content), kind)


def rows(content: bytes) -> tuple[list[list[str]], list[tuple[int, str]], Table]:
    """Return the rows that can be parsed, (row number, code) of the others, and the table."""
    opened = table(content)
    good: list[list[str]] = []
    bad: list[tuple[int, str]] = []
    for number, record in opened.rows():
        try:
            good.append(opened.cells(record))
        except RejectedRow as why:
            bad.append((number, why.code))
    return good, bad, opened


class TestEncoding:
    @pytest.mark.parametrize(
        ("content", "encoding", "skip"),
        [
            ("urn,lat,lng\nà".encode(), "utf-8", 0),
            (b"\xef\xbb\xbfurn,lat,lng\n", "utf-8", 3),
            ("urn \u2013 à".encode("cp1252"), "cp1252", 0),
            ("à".encode()[:1], "cp1252", 0),
            (b"urn,lat,lng\n1,\x81,3\n", "cp1252", 0),
            (b"urn,lat,lng\n1,\x00,3\n", "utf-8", 0),
            ("urn \u00e9 \u0142".encode() + b"\xe9", "utf-8", 0),
            ("urn,\u00e9 \u00e9".encode()[:-1], "cp1252", 0),
            ("urn,\u00e9 \u00e9 \u00e9".encode()[:-1], "utf-8", 0),
            (b"\xef\xbb\xbfurn,lat\xe9,lng\n", "utf-8", 3),
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
            (b"urn\x00,lat\n" * 11, "unknown_encoding"),
            (b"urn,\x81,lng\n" * 11, "unknown_encoding"),
            (("urn,lat,lng\n" * 11).encode("utf-16-le"), "unknown_encoding"),
            (("urn,\u00dd\n" * 11).encode() + b"\x81\n" * 11, "unknown_encoding"),
        ],
    )
    def test_anything_else_is_told(self, content: bytes, code: str) -> None:
        with pytest.raises(UnreadableFile) as problem:
            detect(io.BytesIO(content))
        assert problem.value.code == code

    @pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
    def test_a_table_in_another_form_of_unicode_is_to_be_saved_anew(self, encoding: str) -> None:
        with pytest.raises(UnreadableFile, match=rf"^The file is {encoding.upper()} text\. Save it as CSV in UTF-8"):
            detect(io.BytesIO("urn,lat\n".encode(encoding)))

    def test_many_lines_in_another_encoding_are_counted(self) -> None:
        with pytest.raises(UnreadableFile, match=r"11 of 100 lines .* \\x9d on line 90\."):
            detect(io.BytesIO(b"1,2,3\n" * 89 + b"1,2,\x9d\n" * 11))
        assert detect(io.BytesIO(b"1,2,3\n" * 90 + b"1,2,\x9d\n" * 10)) == ("cp1252", 0)


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

    @pytest.mark.parametrize(
        ("header", "told"),
        [(b"ur\x81n,lat,lng", r"\\x81, .* 'ur\\x81n'"), (b"urn,lat\x00,lng", r"\\x00, .* 'lat\\x00'")],
    )
    def test_a_byte_in_it_that_is_no_text_is_named(self, header: bytes, told: str) -> None:
        with pytest.raises(UnreadableFile, match=f"line 1 holds the byte {told}") as problem:
            table(header + b"\n1,2,3\n")
        assert problem.value.code == "undecodable_header"

    @pytest.mark.parametrize(("separator", "name"), [(";", "semicolons"), ("\t", "tabs")])
    def test_another_separator_is_named(self, separator: str, name: str) -> None:
        content = csv_file([["urn", "lat", "lng"], ["1", "2", "3"]]).replace(b",", separator.encode())
        with pytest.raises(UnreadableFile) as problem:
            table(b"A title, and more\n" + content)
        assert problem.value.code == "other_separator"
        assert name in problem.value.text
        assert "line 2" in problem.value.text

    def test_no_header_at_all(self) -> None:
        with pytest.raises(UnreadableFile) as problem:
            table(b"1,2\n" * 100)
        assert problem.value.code == "no_header"


class TestRows:
    def test_line_ends_quotes_and_blank_lines(self) -> None:
        good, bad, _ = rows(b'urn,lat,lng\r\n"1,0","a ""b""","c\nd"\r\n,,\r\n\r\n2,3,4')
        assert good == [["1,0", 'a "b"', "c\nd"], ["2", "3", "4"]]
        assert bad == []

    @pytest.mark.parametrize(
        "content",
        [
            b'urn,lat,lng\r1,"a\rb",3\r\r4,5,6\r',
            b'A title\rurn,lat,lng\r1,"a\rb",3\n4,5,6',
            b'urn,lat,lng\n1,"a\rb",3\r4,5,6\r\n',
        ],
    )
    def test_a_carriage_return_ends_a_line(self, content: bytes) -> None:
        good, bad, opened = rows(content)
        assert (good, bad, opened.whole) == ([["1", "a\rb", "3"], ["4", "5", "6"]], [], True)

    def test_lines_that_end_with_carriage_returns_are_told_by_their_number(self) -> None:
        opened = table(b"urn,lat,lng\r" + b"1,2,3\r" * 300_000 + b"4,5\r6,7,8")
        *_, (number, bad), (_, last) = opened.rows()
        place = place_of(number, bad)
        assert (place.row, place.line, opened.text(place)) == (300_001, 300_002, "4,5")
        assert opened.cells(last) == ["6", "7", "8"]

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

    @pytest.mark.parametrize(
        ("cell", "value"),
        [(b"Caf\x81", r"Caf\x81"), (b"\x00", r"\x00"), (b'"a\x8d,\nb"', "a\\x8d,\nb"), (b"x" * 300 + b"\x9d", None)],
    )
    def test_a_byte_that_is_no_text_costs_its_own_row_only(self, cell: bytes, value: str | None) -> None:
        opened = table(b"urn,lat,lng\n1,2,3\n4," + cell + b",6\n7,8,\xe9\n")
        (_, first), (number, bad), (_, last) = opened.rows()
        place = place_of(number, bad)
        assert (opened.cells(first), opened.cells(last)) == (["1", "2", "3"], ["7", "8", "é"])
        with pytest.raises(RejectedRow) as why:
            opened.cells(bad)
        assert (why.value.code, why.value.column, place.row, place.line) == ("undecodable_value", "lat", 2, 3)
        assert why.value.value == (value or "x" * 100 + r"\x9d")
        assert opened.cells_as_found(bad)[0] == "4"
        assert opened.text(place).isprintable() or "\n" in opened.text(place)
        assert opened.whole

    @pytest.mark.parametrize("cells", [("1", "A School", "Sur\x81name"), ("1", "A", "B", "Sur\x81name")])
    def test_personal_data_is_not_told_with_the_byte(self, cells: tuple[str, ...]) -> None:
        header = b"URN,EstablishmentName,HeadLastName,TypeOfEstablishment (code)"
        row = ",".join([*cells, "1"]).encode("latin-1")
        opened = table(header + b"\n" + row + b"\n", "gias-establishments")
        ((_, record),) = opened.rows()
        with pytest.raises(RejectedRow) as why:
            opened.cells(record)
        assert (why.value.code, why.value.value) == ("undecodable_value", None)
        assert "Sur" not in why.value.text

    def test_half_a_letter_at_the_end_is_a_file_that_breaks_off(self) -> None:
        good, bad, opened = rows("urn,lat,lng\n1,à,é\n2,à".encode()[:-1])
        assert (good, bad, opened.truncated) == ([["1", "à", "é"]], [(2, "undecodable_value")], True)

    @pytest.mark.parametrize(("tail", "code"), [(b"3,4", "truncated_row"), (b'3,"4', "unterminated_quote")])
    def test_a_file_that_breaks_off(self, tail: bytes, code: str) -> None:
        good, bad, opened = rows(b"urn,lat,lng\n1,2,3\n" + tail)
        assert (good, bad, opened.truncated) == ([["1", "2", "3"]], [(2, code)], True)

    def test_a_cell_that_is_too_long_is_told_by_its_column(self) -> None:
        opened = table(b'urn,lat,lng\n1,"2,2","' + b"x" * 200_000 + b'"\n4,5,6\n')
        (_, long), (_, good) = opened.rows()
        with pytest.raises(RejectedRow) as why:
            opened.cells(long)
        assert (why.value.code, why.value.column) == ("cell_too_long", "lng")
        assert "131,072 characters" in why.value.text
        assert opened.cells(good) == ["4", "5", "6"]

    @pytest.mark.parametrize("cell", [b"x" * 3_000_000, b'"' + b"x," * 1_500_000 + b'"', b"x" * (1 << 20)])
    @pytest.mark.parametrize("end", [b"\n", b"\r"])
    def test_a_cell_that_is_far_too_long_costs_its_own_row_only(self, cell: bytes, end: bytes) -> None:
        opened = table(end.join([b"urn,lat,lng", b"1," + cell + b",3", b"4,5,6,7", b"8,9,10", b""]))
        (_, long), (_, wide), (_, good) = opened.rows()
        with pytest.raises(RejectedRow) as why:
            opened.cells(long)
        assert (why.value.code, why.value.column, long.line) == ("cell_too_long", "lat", 2)
        assert opened.cells_as_found(long)[0] == "1"
        assert (wide.line, opened.text(place_of(2, wide))) == (3, "4,5,6,7")
        assert opened.cells(good) == ["8", "9", "10"]
        assert opened.whole

    def test_a_row_that_is_too_long_is_told(self) -> None:
        good, bad, opened = rows(b"urn,lat,lng\n" + b"1," * 600_000 + b"\n4,5,6\n")
        assert (good, bad, opened.whole) == ([["4", "5", "6"]], [(1, "row_too_long")], True)

    def test_a_short_row_in_the_middle_is_no_truncation(self) -> None:
        good, bad, opened = rows(b"urn,lat,lng\n1,2\n3,4,5\n6,7,8,9\n1,2,3,,\n")
        assert good == [["3", "4", "5"], ["1", "2", "3"]]
        assert bad == [(1, "wrong_number_of_columns"), (3, "wrong_number_of_columns")]
        assert not opened.truncated

    def test_rows_can_be_shown_again_as_they_were(self) -> None:
        content = csv_file([["urn", "lat", "lng"], ["1", "à", "3"], ["4", "5", "é"]])
        opened = table(content)
        places = [place_of(number, record) for number, record in opened.rows()]
        assert [opened.text(place) for place in places] == ["1,à,3", "4,5,é"]
