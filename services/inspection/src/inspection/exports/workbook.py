"""Writes tables as an Excel workbook. Text is written as text: nothing that a school is called runs as a formula."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from io import BytesIO
from typing import Any, Final

from xlsxwriter import Workbook

from inspection.exports.tables import FIXED_COLUMNS, Cell, Column, Table
from inspection.rows import Row

MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ABOUT: Final = "About"
_TEXT_IS_TEXT: Final = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_WIDEST: Final = 40
_NARROWEST: Final = 9


def write_workbook(
    tables: Sequence[Table], about: Iterable[tuple[Cell, ...]], title: str, created: datetime | None
) -> bytes:
    """Return a workbook: a sheet for each table, its header frozen, and one that explains them.

    `created` is a date of the data, so that the same data give the same bytes.
    """
    content = BytesIO()
    workbook = Workbook(content, {**_TEXT_IS_TEXT, "in_memory": True})
    _date_it(workbook, title, created)
    formats = _formats(workbook)
    for table in tables:
        _write_table(workbook.add_worksheet(table.name), table, formats)
    _write_about(workbook.add_worksheet(ABOUT), about, formats)
    workbook.close()
    return content.getvalue()


class ListBook:
    """A workbook of one sheet that takes its rows as they come and keeps none of them in memory."""

    def __init__(self, name: str, columns: Sequence[Column]) -> None:
        self._content = BytesIO()
        self._workbook = Workbook(self._content, {**_TEXT_IS_TEXT, "constant_memory": True})
        self._formats = _formats(self._workbook)
        self._columns = columns
        self._sheet = self._workbook.add_worksheet(name)
        self._sheet.freeze_panes(1, len(FIXED_COLUMNS))
        for place, column in enumerate(columns):
            self._sheet.set_column(place, place, max(_NARROWEST, *map(len, column.title.split())) + 1)
            self._sheet.write_string(0, place, column.title, self._formats["head"])
        self._rows = 0

    def add(self, rows: Iterable[Row]) -> None:
        """Write rows below those before."""
        for row in rows:
            self._rows += 1
            for place, column in enumerate(self._columns):
                _write_cell(self._sheet, self._rows, place, column.read(row), self._formats)

    def finish(self, about: Iterable[tuple[Cell, ...]], title: str, created: datetime | None) -> bytes:
        """Return the workbook, with a sheet that explains it."""
        _date_it(self._workbook, title, created)
        self._sheet.autofilter(0, 0, max(self._rows, 1), len(self._columns) - 1)
        _write_about(self._workbook.add_worksheet(ABOUT), about, self._formats)
        self._workbook.close()
        return self._content.getvalue()


def _formats(workbook: Workbook) -> dict[str, Any]:
    return {
        "head": workbook.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1}),
        "date": workbook.add_format({"num_format": "yyyy-mm-dd", "align": "left"}),
    }


def _date_it(workbook: Workbook, title: str, created: datetime | None) -> None:
    workbook.set_properties({"title": title, "created": (created or datetime(2000, 1, 1)).replace(tzinfo=None)})  # noqa: DTZ001 - a workbook knows no time zones


def _write_table(sheet: Any, table: Table, formats: dict[str, Any]) -> None:
    for place, column in enumerate(table.columns):
        sheet.write_string(0, place, column.title, formats["head"])
        sheet.set_column(place, place, _width(table, place))
    for number, row in enumerate(table.rows, start=1):
        for place, cell in enumerate(row):
            _write_cell(sheet, number, place, cell, formats)
    sheet.freeze_panes(1, len(FIXED_COLUMNS))
    sheet.autofilter(0, 0, max(len(table.rows), 1), len(table.columns) - 1)


def _write_about(sheet: Any, about: Iterable[tuple[Cell, ...]], formats: dict[str, Any]) -> None:
    sheet.set_column(0, 0, _WIDEST)
    sheet.set_column(1, 1, 2 * _WIDEST)
    sheet.set_column(2, 2, _WIDEST)
    for number, row in enumerate(about):
        for place, cell in enumerate(row):
            _write_cell(sheet, number, place, cell, formats)


def _write_cell(sheet: Any, row: int, column: int, cell: Cell, formats: dict[str, Any]) -> None:
    if cell is None:
        return
    if isinstance(cell, bool):
        sheet.write_boolean(row, column, cell)
    elif isinstance(cell, date):
        sheet.write_datetime(row, column, cell, formats["date"])
    elif isinstance(cell, int | float):
        sheet.write_number(row, column, cell)
    else:
        sheet.write_string(row, column, cell)


def _width(table: Table, place: int) -> int:
    longest = max((len(str(row[place])) for row in table.rows if row[place] is not None), default=0)
    words = max(len(word) for word in table.columns[place].title.split())
    return min(max(longest, words, _NARROWEST) + 1, _WIDEST)
