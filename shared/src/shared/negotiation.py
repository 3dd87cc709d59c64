"""Which of JSON and HTML a client would rather have (RFC 9110, section 12.5.1)."""

from typing import Final

from fastapi import Request

HTML: Final = "text/html"
JSON: Final = "application/json"

Preference = tuple[float, int]


def prefers_html(request: Request) -> bool:
    """Tell whether the client would rather have HTML than JSON: a browser would, one that takes anything would not."""
    accept = request.headers.get("accept", "")
    if HTML not in accept.lower():
        return False
    ranges = [_range(part) for part in accept.lower().split(",")]
    return _preference(ranges, HTML) > _preference(ranges, JSON)


def _range(part: str) -> tuple[str, float]:
    name, *parameters = (piece.strip() for piece in part.split(";"))
    quality = next((value[2:] for value in parameters if value.startswith("q=")), "1")
    try:
        return name, float(quality)
    except ValueError:
        return name, 0.0


def _preference(ranges: list[tuple[str, float]], media_type: str) -> Preference:
    """Return the quality of a type and how closely it is named; the closest range decides."""
    family, _, _ = media_type.partition("/")
    wildcards = ("*/*", f"{family}/*", media_type)
    matching = [(wildcards.index(name), quality) for name, quality in ranges if name in wildcards]
    closeness, quality = max(matching, default=(-1, 0.0))
    return (quality, closeness) if quality > 0 else (0.0, -1)
