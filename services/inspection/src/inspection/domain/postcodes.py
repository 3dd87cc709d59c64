"""Postcodes as people type them: a whole one, or the outward half alone. Format: BS 7666, without the special cases."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import fmean
from typing import Final

_WRITTEN: Final = re.compile(r"([A-Z]{1,2}[0-9][A-Z0-9]?)(?:\s*([0-9])([A-Z]{2}))?", re.ASCII)
_DEGREE_DIGITS: Final = 5  # about a metre


@dataclass(frozen=True, slots=True)
class Postcode:
    """A postcode: `outward` names its district; `sector_digit` and `unit` are None where only the district is given."""

    outward: str
    sector_digit: str | None = None
    unit: str | None = None

    def __str__(self) -> str:
        """Return it as it is written, with one space."""
        return f"{self.outward} {self.sector_digit}{self.unit}" if self.unit else self.outward

    @property
    def sector(self) -> str | None:
        """The district and the first digit of the inward half: `EC3A 5`."""
        return f"{self.outward} {self.sector_digit}" if self.sector_digit else None


def read_postcode(text: str) -> Postcode | None:
    """Return the postcode that a text is, whatever its case and spaces; None where it is none."""
    written = _WRITTEN.fullmatch(" ".join(text.upper().split()))
    return Postcode(*written.groups()) if written else None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a postcode is (WGS 84 degrees): the mean of so many schools that share with it what `precision` says."""

    postcode: str
    precision: str
    schools: int
    lat: float
    lng: float


def locate(postcode: Postcode, known: Iterable[tuple[str, float, float]]) -> Place | None:
    """Return the place of a postcode from schools of its district, each (postcode, lat, lng); None without any.

    The schools that have the very postcode stand for it, else those of its sector, else those of the district.
    """
    district = list(known)
    sector = postcode.sector
    levels = [
        ("postcode", [each for each in district if each[0] == str(postcode)]),
        ("sector", [each for each in district if sector is not None and each[0].startswith(sector)]),
        ("district", district),
    ]
    for precision, sharing in levels:
        if sharing:
            lat = round(fmean(each[1] for each in sharing), _DEGREE_DIGITS)
            lng = round(fmean(each[2] for each in sharing), _DEGREE_DIGITS)
            return Place(str(postcode), precision, len(sharing), lat, lng)
    return None
