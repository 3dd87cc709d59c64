"""Straight-line distance, in arithmetic that comes out the same to the last bit, one pair or a million at a time.

The great-circle distance is 2 R asin(chord / 2). Sine and cosine are taken once a place; the pair itself costs only
additions, multiplications and a square root, which IEEE 754 fixes exactly; asin is its series, whose error within
Great Britain is under a millimetre. A vectorised reading of the same steps therefore agrees with this one exactly.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

EARTH_RADIUS_KM = 6371.0
ASIN_3, ASIN_5, ASIN_7 = 1 / 6, 3 / 40, 15 / 336
METRES_IN_A_KM = 1000


@dataclass(frozen=True)
class Place:
    """A point by latitude and longitude in degrees."""

    lat: float
    lng: float

    @cached_property
    def vector(self) -> tuple[float, float, float]:
        """The unit vector from the Earth's centre."""
        lat, lng = math.radians(self.lat), math.radians(self.lng)
        return math.cos(lat) * math.cos(lng), math.cos(lat) * math.sin(lng), math.sin(lat)


def distance_km(one: Place, other: Place) -> float:
    """Return the straight-line (great-circle) distance in kilometres."""
    (ax, ay, az), (bx, by, bz) = one.vector, other.vector
    dx, dy, dz = ax - bx, ay - by, az - bz
    half_chord = 0.5 * math.sqrt(dx * dx + dy * dy + dz * dz)
    square = half_chord * half_chord
    return 2.0 * EARTH_RADIUS_KM * (half_chord * (1.0 + square * (ASIN_3 + square * (ASIN_5 + square * ASIN_7))))


def whole_metres(km: float) -> int:
    """Return kilometres in whole metres, halves to even."""
    return round(km * METRES_IN_A_KM)
