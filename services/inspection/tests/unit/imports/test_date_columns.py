"""A file whose dates are written otherwise than is read is refused; single ones that cannot be read cost their rows."""

import io

import pytest
from services.inspection.tests.files import csv_file

from inspection.data import load_columns
from inspection.imports.date_columns import refuse_dates
from inspection.imports.reading.problems import UnreadableFile
from inspection.imports.reading.table import Table
from inspection.imports.registry import KINDS

LINKS = "gias-links"
OPENED = "LinkEstablishedDate"
TITLES = ["URN", "LinkURN", "LinkType", OPENED]


def refuse(*dates: str) -> None:
    file = io.BytesIO(csv_file([TITLES, *(["1", "2", "Predecessor", each] for each in dates)]))
    refuse_dates(file, KINDS[LINKS].reader(Table(file, LINKS).header).columns, [OPENED] * len(dates))


@pytest.mark.parametrize(
    "dates",
    [
        ["01/02/2024"] * 57 + ["01/31/2024"] * 3,  # one in twenty, and no more
        ["01/02/2024"] + ["01-31-2024"] * 2,  # no more than a few
        ["01/02/2024"] * 3 + ["31/02/2024"] * 3 + ["", "NULL"],  # half of them
        ["2024-10-25", "25-10-2024", "10/12/2024"] * 3,
    ],
)
def test_few_are_let_be(dates: list[str]) -> None:
    refuse(*dates)


@pytest.mark.parametrize(
    ("dates", "code", "told"),
    [
        (["01/02/2024"] * 56 + ["01/31/2024"] * 3, "month_first_dates", "3 of 59 dates cannot be read, and 3 of them"),
        (["01/02/2024"] * 2 + ["31/02/2024"] * 3 + [""], "unreadable_dates", "3 of 5 dates cannot be read; the first"),
        (["25 May 2024"] * 3, "unreadable_dates", "3 of 3 dates cannot be read; the first is '25 May 2024' on line 2"),
        (["01/32/2024"] * 3, "unreadable_dates", "3 of 3 dates cannot be read; the first is"),
    ],
)
def test_more_are_a_file_written_otherwise(dates: list[str], code: str, told: str) -> None:
    with pytest.raises(UnreadableFile) as problem:
        refuse(*dates)
    assert problem.value.code == code
    assert problem.value.text.startswith(f"{OPENED}: {told}")


@pytest.mark.parametrize(
    ("kind", "titles"),
    [
        ("gias-establishments", {"OpenDate", "CloseDate"}),
        ("gias-groups", {"Open date", "Closed date", "Incorporated on (open date)"}),
        ("gias-memberships", {"Date Joined Group", "Date Left Group"}),
        ("ofsted-outcomes", {"Inspection start date"}),
    ],
)
def test_every_column_of_dates_is_looked_at(kind: str, titles: set[str]) -> None:
    (columns,) = load_columns(kind)["layouts"].values()
    header = Table(io.BytesIO(csv_file([columns])), kind).header
    assert set(KINDS[kind].reader(header).columns.dates) == titles
