"""Locates postcodes: no gazetteer, only the schools of the register; the answer says how near that comes."""

from dataclasses import asdict
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from inspection.domain import postcodes
from inspection.domain.postcodes import Place, Postcode, read_postcode
from inspection.places import repository
from shared.errors import invalid


def place_document(place: Place) -> dict[str, Any]:
    """Return the Near document of a place."""
    return asdict(place)


def require_postcode(text: str | None, parameter: str) -> Postcode | None:
    """Return the postcode of a parameter; raises Unprocessable when it is none."""
    if text is None:
        return None
    postcode = read_postcode(text)
    if postcode is None:
        raise invalid(parameter, f"{text!r} is no postcode such as EC3A 5DE, nor a district such as EC3A.", "postcode")
    return postcode


async def locate(reads: AsyncConnection, postcode: Postcode, parameter: str) -> Place:
    """Return where a postcode is; raises Unprocessable when no school with a location lies in its district."""
    rows = await repository.places_in_district(reads, postcode)
    place = postcodes.locate(postcode, [(row["postcode"], row["lat"], row["lng"]) for row in rows])
    if place is None:
        detail = f"{postcode} can't be located: no school with a known location has a postcode in {postcode.outward}."
        raise invalid(parameter, detail, "unknown_postcode")
    return place
