"""The routers of this service, in the order of its documentation."""

from typing import Final

from fastapi import APIRouter

from inspection.areas.endpoints import router as areas
from inspection.audit.endpoints import router as audit
from inspection.dashboards.endpoints import router as dashboards
from inspection.data_quality.endpoints import router as data_quality
from inspection.disadvantage.endpoints import router as disadvantage
from inspection.drafts.endpoints import router as drafts
from inspection.exports.endpoints import router as exports
from inspection.facts.endpoints import router as facts
from inspection.freshness.endpoints import router as freshness
from inspection.imports.endpoints import router as imports
from inspection.inspections.endpoints import router as inspections
from inspection.progress.endpoints import router as progress
from inspection.publications.endpoints import router as publications
from inspection.reference.endpoints import router as reference
from inspection.report_cards.endpoints import CARD
from inspection.report_cards.endpoints import router as report_cards
from inspection.schools.endpoints import router as schools
from inspection.schools.plain import SCHOOLS
from inspection.statistics.endpoints import router as statistics
from inspection.trust_inspections.endpoints import router as trust_inspections
from inspection.trusts.endpoints import router as trusts
from shared.short_ways import ShortWay

# the card first: it is asked for most, and routes are tried in order
ROUTERS: Final[tuple[APIRouter, ...]] = (
    report_cards,
    dashboards,
    progress,
    schools,
    inspections,
    drafts,
    publications,
    audit,
    trusts,
    trust_inspections,
    areas,
    exports,
    facts,
    statistics,
    disadvantage,
    data_quality,
    freshness,
    imports,
    reference,
)

SHORT_WAYS: Final[tuple[ShortWay, ...]] = (CARD, SCHOOLS)
