"""Workbooks of the schools of a trust or a local authority, with the grades of every framework."""

import asyncio
from collections import defaultdict

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from inspection.exports import repository
from inspection.exports.repository import Body
from inspection.exports.tables import explanations, inspections_table, schools_table
from inspection.exports.workbook import MEDIA_TYPE, write_workbook
from inspection.problems import LocalAuthorityNotFound
from inspection.reference.service import codes
from inspection.rows import Row
from inspection.trusts.service import find_trust
from shared.responses import file_response


async def trust_workbook(request: Request, reads: AsyncConnection, uid: str) -> Response:
    """Answer with the workbook of a trust's schools."""
    trust = await find_trust(reads, uid)
    return await _workbook(request, reads, "trust", uid, f"Schools of {trust['name']}")


async def local_authority_workbook(request: Request, reads: AsyncConnection, code: str) -> Response:
    """Answer with the workbook of the schools in a local authority."""
    if code not in codes().entries("local_authorities"):
        raise LocalAuthorityNotFound(f"No local authority has the code {code}.")
    name = codes().label("local_authorities", code)
    return await _workbook(request, reads, "local_authority", code, f"Schools in {name}")


async def _workbook(request: Request, reads: AsyncConnection, body: Body, code: str, title: str) -> Response:
    schools = await repository.schools_of(reads, body, code)
    inspections = await repository.inspections_of(reads, [school["urn"] for school in schools])
    content = await asyncio.to_thread(_content, title, schools, inspections)
    return file_response(request, content, MEDIA_TYPE, f"{body.replace('_', '-')}-{code}-schools.xlsx")


def _content(title: str, schools: list[Row], inspections: list[Row]) -> bytes:
    by_urn: dict[int, list[Row]] = defaultdict(list)
    for row in inspections:
        by_urn[row["urn"]].append(row)
    tables = [schools_table(schools, by_urn), inspections_table(schools, by_urn)]
    rows = [*schools, *inspections]
    created = max((row["source_loaded_at"] for row in rows if row["source_loaded_at"]), default=None)
    return write_workbook(tables, explanations(title, tables, rows), title, created)
