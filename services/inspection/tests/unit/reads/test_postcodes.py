"""Postcodes as they are typed, and where they are."""

import pytest

from inspection.domain.postcodes import locate, read_postcode

SCHOOLS = [("EC3A 5DE", 51.5, -0.1), ("EC3A 5DE", 51.7, -0.3), ("EC3A 5AA", 51.9, -0.5), ("EC3A 1AA", 52.3, -0.9)]


@pytest.mark.parametrize(
    "text", ["", "EC3A 5D", "EC3A5DEE", "5DE", "3EC 5DE", "EC3A 55E", "London", "EC3A %", "ec٣a 5de"]
)
def test_what_is_no_postcode_is_none(text: str) -> None:
    assert read_postcode(text) is None


@pytest.mark.parametrize(
    ("text", "written"),
    [("ec3a5de", "EC3A 5DE"), (" EC3A  5DE ", "EC3A 5DE"), ("M1 1AA", "M1 1AA"), ("m111aa", "M11 1AA"), ("b1", "B1")],
)
def test_case_and_spaces_do_not_matter(text: str, written: str) -> None:
    assert str(read_postcode(text)) == written


@pytest.mark.parametrize(
    ("text", "precision", "schools", "lat"),
    [
        ("EC3A 5DE", "postcode", 2, 51.6),
        ("EC3A 5ZZ", "sector", 3, 51.7),
        ("EC3A 9ZZ", "district", 4, 51.85),
        ("EC3A", "district", 4, 51.85),
    ],
)
def test_the_schools_that_share_most_of_it_stand_for_it(text: str, precision: str, schools: int, lat: float) -> None:
    postcode = read_postcode(text)
    assert postcode is not None
    place = locate(postcode, SCHOOLS)
    assert place is not None
    assert (place.precision, place.schools, place.lat) == (precision, schools, lat)


def test_no_school_no_place() -> None:
    postcode = read_postcode("EC3A 5DE")
    assert postcode is not None
    assert locate(postcode, []) is None
