"""Local authorities and regions with their schools counted."""

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from inspection.areas import repository
from inspection.reference.service import codes, require_code
from shared.responses import json_response


async def list_regions(request: Request, reads: AsyncConnection) -> Response:
    """Answer with the nine regions, those without schools too."""
    counted = await repository.open_schools_by_region(reads, codes().open_statuses)
    regions = codes().entries("regions").values()
    data = [
        {"code": region["code"], "label": region["label"], "open_schools": counted.get(region["code"], 0)}
        for region in regions
    ]
    return json_response(request, {"data": data})


async def list_local_authorities(request: Request, reads: AsyncConnection, region: str | None) -> Response:
    """Answer with the local authorities by code, those without schools too."""
    require_code("regions", region, "region")
    counted = await repository.open_schools_by_local_authority(reads, codes().open_statuses)
    known = codes().entries("local_authorities").values()
    data = [
        {
            "code": authority["code"],
            "name": authority["label"],
            "region": authority["region"],
            "open_schools": counted.get(authority["code"], 0),
        }
        for authority in sorted(known, key=lambda entry: str(entry["code"]))
        if region in {None, authority["region"]}
    ]
    return json_response(request, {"data": data})
