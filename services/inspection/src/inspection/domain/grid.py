"""From eastings and northings of the National Grid to degrees.

The formulae and constants are those of Ordnance Survey, "A guide to coordinate systems in Great Britain" (annexes B
and C, section 6.6): the inverse of the transverse Mercator projection on the Airy 1830 ellipsoid, then the
seven-parameter Helmert transformation to WGS 84, which is good to about 5 metres anywhere in Great Britain.
"""

from dataclasses import dataclass
from math import atan2, cos, degrees, hypot, radians, sin, sqrt, tan
from typing import Final


@dataclass(frozen=True, slots=True)
class Ellipsoid:
    """Semi-axes in metres."""

    a: float
    b: float

    @property
    def e2(self) -> float:
        """The eccentricity squared."""
        return (self.a**2 - self.b**2) / self.a**2


AIRY_1830: Final = Ellipsoid(6_377_563.396, 6_356_256.909)
WGS_84: Final = Ellipsoid(6_378_137.000, 6_356_752.3141)
_SCALE: Final = 0.9996012717
_LAT_0, _LNG_0 = radians(49), radians(-2)
_EAST_0, _NORTH_0 = 400_000.0, -100_000.0
_CLOSE: Final = 0.00001
# OSGB36 to WGS 84: metres, parts per million, seconds of arc
_SHIFT: Final = (446.448, -125.157, 542.060)
_PPM: Final = -20.4894
_TURN: Final = (0.1502, 0.2470, 0.8421)
EASTERNMOST: Final = 700_000
NORTHERNMOST: Final = 1_300_000


def degrees_of(easting: int, northing: int) -> tuple[float, float] | None:
    """Return (latitude, longitude) in WGS 84 degrees of a point in metres; None for one outside the grid."""
    if not (0 < easting < EASTERNMOST and 0 < northing < NORTHERNMOST):
        return None
    return _to_wgs_84(*osgb36_degrees(easting, northing))


def osgb36_degrees(easting: float, northing: float) -> tuple[float, float]:
    """Return (latitude, longitude) in degrees on the Airy ellipsoid."""
    a, e2 = AIRY_1830.a, AIRY_1830.e2
    lat = _footpoint(northing)
    v = a * _SCALE * (1 - e2 * sin(lat) ** 2) ** -0.5
    rho = a * _SCALE * (1 - e2) * (1 - e2 * sin(lat) ** 2) ** -1.5
    eta2 = v / rho - 1
    t, sec = tan(lat), 1 / cos(lat)
    east = easting - _EAST_0
    vii = t / (2 * rho * v)
    viii = t / (24 * rho * v**3) * (5 + 3 * t**2 + eta2 - 9 * t**2 * eta2)
    ix = t / (720 * rho * v**5) * (61 + 90 * t**2 + 45 * t**4)
    x = sec / v
    xi = sec / (6 * v**3) * (v / rho + 2 * t**2)
    xii = sec / (120 * v**5) * (5 + 28 * t**2 + 24 * t**4)
    xiia = sec / (5040 * v**7) * (61 + 662 * t**2 + 1320 * t**4 + 720 * t**6)
    return (
        degrees(lat - vii * east**2 + viii * east**4 - ix * east**6),
        degrees(_LNG_0 + x * east - xi * east**3 + xii * east**5 - xiia * east**7),
    )


def _footpoint(northing: float) -> float:
    a, b = AIRY_1830.a, AIRY_1830.b
    n = (a - b) / (a + b)
    lat, arc = _LAT_0, 0.0
    while northing - _NORTH_0 - arc >= _CLOSE:
        lat += (northing - _NORTH_0 - arc) / (a * _SCALE)
        minus, plus = lat - _LAT_0, lat + _LAT_0
        arc = (
            b
            * _SCALE
            * (
                (1 + n + 5 / 4 * n**2 + 5 / 4 * n**3) * minus
                - (3 * n + 3 * n**2 + 21 / 8 * n**3) * sin(minus) * cos(plus)
                + (15 / 8 * n**2 + 15 / 8 * n**3) * sin(2 * minus) * cos(2 * plus)
                - 35 / 24 * n**3 * sin(3 * minus) * cos(3 * plus)
            )
        )
    return lat


def _to_wgs_84(lat: float, lng: float) -> tuple[float, float]:
    x, y, z = _cartesian(radians(lat), radians(lng))
    rx, ry, rz = (radians(seconds / 3600) for seconds in _TURN)
    scale = 1 + _PPM / 1_000_000
    tx, ty, tz = _SHIFT
    return _geodetic(
        tx + scale * x - rz * y + ry * z, ty + rz * x + scale * y - rx * z, tz - ry * x + rx * y + scale * z
    )


def _cartesian(lat: float, lng: float) -> tuple[float, float, float]:
    v = AIRY_1830.a / sqrt(1 - AIRY_1830.e2 * sin(lat) ** 2)
    return v * cos(lat) * cos(lng), v * cos(lat) * sin(lng), (1 - AIRY_1830.e2) * v * sin(lat)


def _geodetic(x: float, y: float, z: float) -> tuple[float, float]:
    p, e2 = hypot(x, y), WGS_84.e2
    lat, before = atan2(z, p * (1 - e2)), 0.0
    while abs(lat - before) > 1e-12:  # noqa: PLR2004 - radians: a hundredth of a millimetre
        before = lat
        v = WGS_84.a / sqrt(1 - e2 * sin(lat) ** 2)
        lat = atan2(z + e2 * v * sin(lat), p)
    return degrees(lat), degrees(atan2(y, x))
