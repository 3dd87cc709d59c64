"""Tables of schools by tier and group, as the department reads them and as the public does. ADR 0022."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal

import yaml
from fastapi import Request, Response
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Principal
from shared.responses import json_response
from triage.assessments.redaction import is_party
from triage.domain.small_cells import ALL, TOTAL, Cell, Path, hidden_cells, with_margins
from triage.reference.service import require_scheme, results_of
from triage.scopes import ASSESSMENTS_READ
from triage.statistics import repository
from triage.statistics.tables_sql import By

Document = dict[str, Any]

UNKNOWN: Final = "unknown"
OFFICE: Final = ("proposed", "decided")
PUBLIC: Final = ("published",)
SUMS: Final = ("schools", "pupils", "pupils_unknown", "counted", "counted_pupils", "estimate", "suppressed", "missing")
DEFINITION: Final = (
    "Estimated pupils recorded for free school meals at any time in the last six years: the school census's percentage "
    "times the pupils on roll, school by school. Census and roll are of different days, and the measure is wider than "
    "having free meals now. Only schools whose own figure may be told are counted; the others are numbered beside."
)


@cache
def _policy() -> Mapping[str, Any]:
    text = (files("triage.statistics") / "small_numbers.yaml").read_text(encoding="utf-8")
    found: Mapping[str, Any] = yaml.safe_load(text)
    return found


def small_numbers(of: Literal["published", "undecided"]) -> Mapping[str, Any]:
    """How small numbers are kept out of a kind of table: `version`, `below`, and the method in words."""
    policy = _policy()
    return {"version": policy["version"], "below": policy["below"], "method": policy["methods"][of]}


def reads_as_office(principal: Principal | None) -> bool:
    """Whether the client reads proposals and decisions; everybody else reads what was published."""
    return principal is not None and principal.may(ASSESSMENTS_READ) and not is_party(principal)


async def get_tiers(
    request: Request, session: AsyncSession, principal: Principal | None, *, scheme: str, by: By, as_of: date
) -> Response:
    """Answer with schools and pupils by tier and group."""
    body = await _statistics(session, principal, scheme=scheme, by=by, as_of=as_of, meals=False)
    return _answer(request, principal, body)


async def get_disadvantage(
    request: Request, session: AsyncSession, principal: Principal | None, *, scheme: str, by: By, as_of: date
) -> Response:
    """Answer with the same and the free-meal measure, and where that comes from."""
    body = await _statistics(session, principal, scheme=scheme, by=by, as_of=as_of, meals=True)
    return _answer(request, principal, body)


def _answer(request: Request, principal: Principal | None, body: Document) -> Response:
    return json_response(
        request, body, public=not reads_as_office(principal), headers={"Vary": "Accept, Authorization"}
    )


async def _statistics(
    session: AsyncSession, principal: Principal | None, *, scheme: str, by: By, as_of: date, meals: bool
) -> Document:
    require_scheme(scheme, "scheme")
    office = reads_as_office(principal)
    tables = []
    for basis in OFFICE if office else PUBLIC:
        table = _Table(scheme=scheme, by=by, suppress=not office, meals=meals)
        rows = await repository.cases(session, principal, basis=basis, by=table.counted_by, scheme=scheme, as_of=as_of)
        tables.append({"basis": basis, **table.document(rows)})
    sources = await repository.sources(session)
    body: Document = {
        "scheme": scheme,
        "by": by,
        "as_of": as_of,
        "suppression": None if office else small_numbers("published"),
        "roll": {"first": sources["roll_first"], "last": sources["roll_last"]},
    }
    if meals:
        body |= {"measure": "fsm_ever6_estimate", "definition": DEFINITION}
        for name, source in (("census", "census"), ("census_as_at", "as_at")):
            body[name] = {end: sources[f"{source}_{end}"] for end in ("first", "last")}
    return {**body, "tables": tables}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """How one table is put together: `suppress` leaves out what the public must not be able to work out."""

    scheme: str
    by: By
    suppress: bool
    meals: bool

    @property
    def counted_by(self) -> By:
        """By authority where regions are suppressed: one decision on both, for each is a margin of the other."""
        return "la" if self.suppress and self.by == "region" else self.by

    def document(self, rows: Sequence[RowMapping]) -> Document:
        """Return every group, and all of them together."""
        leaves: dict[Path, dict[str, int]] = {}
        sums: dict[Cell, Document] = {}
        labels: dict[Path, str | None] = {}
        for row in rows:
            path = self._path(row)
            leaves.setdefault(path, {})[row["tier"]] = row["schools"]
            labels[path] = row["label"] or labels.get(path)
            for length in range(len(path) + 1):
                for cell in ((path[:length], row["tier"]), (path[:length], TOTAL)):
                    held = sums.setdefault(cell, dict.fromkeys(SUMS, 0))
                    held.update({name: held[name] + row[name] for name in SUMS})
        below = small_numbers("published")["below"]
        hidden = hidden_cells(with_margins(leaves), below) if self.suppress else frozenset[Cell]()
        return {
            "total": self._cells(ALL, sums, hidden),
            "data": [
                {
                    "code": path[-1],
                    "label": labels.get(path),
                    "region": path[0] if len(path) > 1 else None,
                    "tiers": self._cells(path, sums, hidden),
                }
                for path in sorted({path[:1] if self.by == "region" else path for path in leaves})
            ],
        }

    def _path(self, row: RowMapping) -> Path:
        code = row["code"] or UNKNOWN
        return (row["region"] or UNKNOWN, code) if self.counted_by == "la" else (code,)

    def _cells(self, path: Path, sums: Mapping[Cell, Mapping[str, int]], hidden: Collection[Cell]) -> list[Document]:
        tiers = {**results_of(self.scheme), TOTAL: "All tiers"}
        return [
            {
                "tier": tier,
                "label": label,
                **_figures(sums.get((path, tier)), hidden=(path, tier) in hidden, meals=self.meals),
            }
            for tier, label in tiers.items()
        ]


def _figures(sums: Mapping[str, int] | None, *, hidden: bool, meals: bool) -> Document:
    held = sums or dict.fromkeys(SUMS, 0)
    shown: Document = {"status": "suppressed" if hidden else "value"}
    shown |= {name: None if hidden else held[name] for name in ("schools", "pupils", "pupils_unknown")}
    if meals:
        shown["fsm_ever6_estimate"] = _meals(held, hidden=hidden)
    return shown


def _meals(held: Mapping[str, int], *, hidden: bool) -> Document:
    names = {"schools_counted": "counted", "pupils_counted": "counted_pupils", "schools_suppressed": "suppressed"}
    names["schools_missing"] = "missing"
    if hidden:
        return {"value": None, "status": "suppressed", "percent": None, **dict.fromkeys(names)}
    status = "value" if held["counted"] else "suppressed" if held["suppressed"] else "missing"
    share = round(100 * held["estimate"] / held["counted_pupils"], 1) if held["counted_pupils"] else None
    value = held["estimate"] if held["counted"] else None
    return {"value": value, "status": status, "percent": share, **{name: held[key] for name, key in names.items()}}
