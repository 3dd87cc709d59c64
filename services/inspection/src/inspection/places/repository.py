"""The SQL that locates postcodes from the register itself."""

from sqlalchemy.ext.asyncio import AsyncConnection

from inspection.domain.postcodes import Postcode
from inspection.rows import Row, fetch_all

_DISTRICT = """
SELECT s.postcode, l.lat, l.lng
FROM schools s JOIN school_locations l USING (urn)
WHERE s.postcode LIKE :district"""


async def places_in_district(reads: AsyncConnection, postcode: Postcode) -> list[Row]:
    """Return the postcode and the place of every school in a postcode's district."""
    return await fetch_all(reads, _DISTRICT, {"district": f"{postcode.outward} %"})
