"""Reports of what is doubtful about the data. Rules are data; a warning that has none yet is reported all the same."""

from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from inspection.data import load
from inspection.data_quality import repository
from inspection.data_quality.repository import FindingFilters, Position
from inspection.inspections.service import require_school
from inspection.rows import Row
from shared.db.session import streaming_session
from shared.errors import invalid
from shared.pagination import PageParameters, page_of
from shared.responses import csv_rows, json_response, ndjson, page_response, wants_csv, wants_ndjson

Document = dict[str, Any]

CSV_COLUMNS: Final = (
    "rule", "severity", "text", "urn", "name", "region", "la_code", "inspection_id", "inspection_number", "field",
    "value", "source_name", "source_as_at",
)  # fmt: skip
WARNING: Final = "warning"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: how bad it is to break it, and the field of the document it is about."""

    code: str
    severity: str
    field: str
    text: str


@cache
def rules() -> tuple[Rule, ...]:
    """Return all rules, worst first; a stored warning that no rule names is one of its own."""
    named = [Rule(each["code"], each["severity"], each["field"], each["label"]) for each in load("quality_rules")]
    codes = {rule.code for rule in named}
    others = [
        Rule(each["code"], WARNING, "warnings", each["label"]) for each in load("warnings") if each["code"] not in codes
    ]
    order = {each["code"]: place for place, each in enumerate(load("severities"))}
    return tuple(sorted([*named, *others], key=lambda rule: order[rule.severity]))


def rules_of(code: str | None, severity: str | None) -> list[Rule]:
    """Return the rules asked for; raises Unprocessable for a code or a severity that does not exist."""
    known = {rule.code for rule in rules()}
    severities = [each["code"] for each in load("severities")]
    for parameter, value, values in (("rule", code, sorted(known)), ("severity", severity, severities)):
        if value is not None and value not in values:
            raise invalid(parameter, f"{value!r} is none of: {', '.join(values)}.", "unknown_code")
    return [rule for rule in rules() if code in {None, rule.code} and severity in {None, rule.severity}]


async def list_findings(
    request: Request, reads: AsyncConnection, wanted: Sequence[Rule], filters: FindingFilters, page: PageParameters
) -> Response:
    """Answer with one page of findings, worst rules first and by URN, or with all of them as a stream."""
    await require_school(reads, filters.urn)
    if wants_ndjson(request):
        return ndjson(_documents(request, wanted, filters))
    if wants_csv(request):
        return csv_rows(CSV_COLUMNS, _table(request, wanted, filters))
    found = await _page(reads, wanted, filters, page)
    total = await _total(reads, wanted, filters) if page.include_total else None
    body = page_of(request, page, found, lambda each: (each[0].code, each[1]["urn"], each[1]["ref"]), total=total)
    body["data"] = [finding_document(rule, row) for rule, row in body["data"]]
    return page_response(request, body)


async def _page(
    reads: AsyncConnection, wanted: Sequence[Rule], filters: FindingFilters, page: PageParameters
) -> list[tuple[Rule, Row]]:
    """Return up to `limit + 1` findings; a rule is only asked about once those before it are told."""
    rest, after = _start(wanted, page)
    found: list[tuple[Rule, Row]] = []
    for rule in rest:
        missing = page.limit + 1 - len(found)
        if missing == 0:
            break
        rows = await repository.page(reads, rule.code, filters, after=after, limit=missing)
        found += [(rule, row) for row in rows]
        after = None
    return found


def _start(wanted: Sequence[Rule], page: PageParameters) -> tuple[Sequence[Rule], Position | None]:
    """Return the rules from the one the cursor stands in, and the position in it."""
    key = page.key(str, int, str)
    if key is None:
        return wanted, None
    code, urn, ref = key
    places = [place for place, rule in enumerate(wanted) if rule.code == code]
    if not places:
        raise invalid("after", "This cursor was not made by this list.", "bad_cursor")
    return wanted[places[0] :], (int(urn or 0), str(ref))


async def _total(reads: AsyncConnection, wanted: Sequence[Rule], filters: FindingFilters) -> int:
    counted = await repository.counts(reads, [rule.code for rule in wanted], filters) if wanted else []
    return sum(row["findings"] for row in counted)


async def _documents(request: Request, wanted: Sequence[Rule], filters: FindingFilters) -> AsyncIterator[Document]:
    async with streaming_session(request) as session:
        for rule in wanted:
            async for row in repository.stream(session, rule.code, filters):
                yield finding_document(rule, row)


async def _table(request: Request, wanted: Sequence[Rule], filters: FindingFilters) -> AsyncIterator[Sequence[Any]]:
    async with streaming_session(request) as session:
        for rule in wanted:
            async for row in repository.stream(session, rule.code, filters):
                yield [
                    rule.code, rule.severity, rule.text, row["urn"], row["name"], row["region"], row["la_code"],
                    row["inspection_id"], row["number"], rule.field, row["value"], row["source_name"],
                    row["source_as_at"],
                ]  # fmt: skip


def finding_document(rule: Rule, row: Row) -> Document:
    """Return the Finding document of a row that breaks a rule."""
    inspection = {"id": row["inspection_id"], "number": row["number"]}
    return {
        "rule": rule.code,
        "severity": rule.severity,
        "text": rule.text,
        "school": {"urn": row["urn"], "name": row["name"]},
        "inspection": inspection if row["inspection_id"] else None,
        "field": rule.field,
        "value": row["value"],
        "source": {
            "name": row["source_name"],
            "as_at": row["source_as_at"],
            "loaded_at": row["source_loaded_at"],
        },
    }


async def summary(
    request: Request, reads: AsyncConnection, wanted: Sequence[Rule], filters: FindingFilters
) -> Response:
    """Answer with the findings counted by rule and source; rules that nothing breaks are there with 0."""
    await require_school(reads, filters.urn)
    by_rule: dict[str, list[Document]] = defaultdict(list)
    for row in await repository.counts(reads, [rule.code for rule in wanted], filters) if wanted else []:
        counted = {"source": row["source_name"], "findings": row["findings"], "schools": row["schools"]}
        by_rule[row["rule"]].append(counted)
    data = [
        {
            "rule": rule.code,
            "severity": rule.severity,
            "text": rule.text,
            "field": rule.field,
            "findings": sum(each["findings"] for each in by_rule[rule.code]),
            "sources": sorted(by_rule[rule.code], key=lambda each: str(each["source"])),
        }
        for rule in wanted
    ]
    severities = dict.fromkeys((each["code"] for each in load("severities")), 0)
    for rule in data:
        severities[rule["severity"]] += rule["findings"]
    return json_response(request, {"severities": severities, "data": data})
