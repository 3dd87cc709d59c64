"""The chain of a school over its predecessors and successors: what forks is told, not guessed."""

from collections.abc import Mapping
from typing import Any

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from inspection.data import load
from inspection.domain.lineage import Ambiguity, Lineage, trace
from inspection.problems import SchoolNotFound
from inspection.rows import Row
from inspection.schools import lineage_sql
from inspection.schools.service import source_document
from shared.responses import json_response

Document = dict[str, Any]


async def get_lineage(request: Request, reads: AsyncConnection, urn: int) -> Response:
    """Answer with the chain of a school over predecessors and successors."""
    links = await lineage_sql.links_around(reads, urn)
    lineage = trace(urn, links)
    known = await lineage_sql.names(reads, [member.urn for member in lineage.members])
    if not links and not known[urn]["in_register"]:
        raise SchoolNotFound(f"No school in the register carries the URN {urn}.")
    sources = await lineage_sql.link_sources(reads, list(known)) if links else []
    document = {**lineage_document(lineage, known), "sources": [source_document(row) for row in sources]}
    return json_response(request, document)


def lineage_document(lineage: Lineage, known: Mapping[int, Row]) -> Document:
    """Return the chain with what the register knows of each school in it."""
    details = ("name", "status", "open_date", "close_date", "in_register")
    return {
        "urn": lineage.urn,
        "members": [
            {
                "urn": member.urn,
                "relation": member.relation,
                "steps": member.steps,
                **{field: known[member.urn][field] for field in details},
            }
            for member in lineage.members
        ],
        "links": [
            {
                "predecessor_urn": link.predecessor,
                "successor_urn": link.successor,
                "kind": link.kind,
                "established_on": link.established_on,
                "cut": link.cut,
            }
            for link in lineage.links
        ],
        "ambiguous": bool(lineage.ambiguities),
        "ambiguities": [fork_document(fork) for fork in lineage.ambiguities],
        "cycles": [list(cycle) for cycle in lineage.cycles],
    }


def fork_document(fork: Ambiguity) -> Document:
    """Return a place where the chain is not one line, and why it cannot be told how it goes on."""
    (kind,) = (entry for entry in load("forks") if entry["relation"] == fork.relation)
    text = kind["label"].format(urn=fork.urn, count=len(fork.urns), urns=", ".join(map(str, fork.urns)))
    return {
        "urn": fork.urn,
        "relation": fork.relation,
        "urns": list(fork.urns),
        "why": kind["code"],
        "text": text,
    }
