"""Puts rows into a test database as the importers would; plain functions, every argument with a sensible default."""

from datetime import date
from typing import Any
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb
from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool

from inspection.dashboards.comparisons import decide
from inspection.dashboards.measures import measures
from inspection.dashboards.rule import rule
from inspection.domain.names import fold
from shared.ids import new_id

CARD = "report-card-2025"
DIGEST = bytes(16)
CARD_AREAS = (
    "inclusion",
    "curriculum_and_teaching",
    "achievement",
    "attendance_and_behaviour",
    "personal_development_and_wellbeing",
    "leadership_and_governance",
)


class Register:
    """A connection to the test database as its owner, with one source of each kind of file."""

    def __init__(self, connection: psycopg.Connection[Any], as_at: date = date(2026, 5, 31)) -> None:
        self._connection = connection
        self.as_at = as_at
        self._sources: dict[str, int] = {}
        self.source = self._source("ofsted-latest-inspections")

    def _source(self, name: str) -> int:
        """Return the one source of this name."""
        if name not in self._sources:
            values = {"name": name, "file_name": f"{name}.csv", "as_at": self.as_at}
            self._sources[name] = self._insert("sources", "id", **values)
        return self._sources[name]

    def _source_of(self, measure: str) -> int:
        """Return the source of the kind of file that gives a measure."""
        return self._source(measures()[measure].source)

    def _insert(self, table: str, returning: str, **values: Any) -> Any:
        columns = ", ".join(f'"{column}"' for column in values)
        marks = ", ".join("%s" for _ in values)
        row = self._connection.execute(
            f"INSERT INTO {table} ({columns}) VALUES ({marks}) RETURNING {returning}", list(values.values())
        ).fetchone()
        assert row is not None
        return row[0]

    def trust(self, uid: str = "5143", **changes: Any) -> str:
        name = changes.pop("name", f"Trust {uid}")
        values = {
            "uid": uid,
            "kind": "multi_academy_trust",
            "name": name,
            "name_folded": fold(name),
            "status": "open",
            "content_hash": DIGEST,
            "source_id": self.source,
        }
        self._insert("school_groups", "uid", **{**values, **changes})
        return uid

    def school(self, urn: int, **changes: Any) -> int:
        name = changes.pop("name", f"School {urn}")
        trust = changes.pop("trust", None)
        body = {"rb_kind": "trust", "rb_id": trust} if trust else {"rb_kind": "local_authority", "rb_id": "201"}
        values = {
            "urn": urn,
            "name": name,
            "name_folded": fold(name),
            "phase": "primary",
            "type_code": "34" if trust else "01",
            "status": "open",
            "region": "London",
            "la_code": "201",
            "trust_uid": trust,
            "pupils": 380,
            "known_since": self.as_at,
            "content_hash": DIGEST,
            "source_id": self.source,
            **body,
        }
        self._insert("schools", "urn", **{**values, **changes})
        return urn

    def school_change(self, urn: int, field: str, before: Any, after: Any, as_at: date) -> None:
        """Put in that the register of a day said something else of a school than before."""
        told = {"field": field, "before": Jsonb(before), "after": Jsonb(after)}
        self._insert("school_changes", "id", urn=urn, as_at=as_at, **told, source_id=self.source)

    def location(self, urn: int, lat: float, lng: float) -> None:
        self._insert("school_locations", "urn", urn=urn, lat=lat, lng=lng, content_hash=DIGEST, source_id=self.source)

    def link(
        self,
        predecessor: int,
        successor: int,
        kind: str = "successor",
        name: str | None = None,
        *,
        on: date | None = None,
        cut: bool = False,
    ) -> None:
        """Put an edge in as the predecessor's row tells it."""
        values = {"urn": predecessor, "link_urn": successor, "kind": kind, "link_name": name, "established_on": on}
        ends = {"predecessor_urn": predecessor, "successor_urn": successor}
        self._insert("school_links", "urn", **values, **ends, cut=cut, content_hash=DIGEST, source_id=self.source)

    def membership(
        self, urn: int, trust: str, joined_on: date, left_on: date | None = None, *, assumed: bool = False
    ) -> None:
        dates = {"joined_on": joined_on, "left_on": left_on, "first_seen_on": joined_on}
        self._insert("memberships", "id", urn=urn, trust_uid=trust, **dates, assumed=assumed, source_id=self.source)

    def inspection(self, urn: int, **changes: Any) -> UUID:
        """Put a graded inspection of 2023 in, overall good unless told."""
        values = {
            "id": new_id(),
            "urn": urn,
            "number": None,
            "framework": "eif-2019",
            "kind": "graded",
            "starts_on": date(2023, 3, 1),
            "published_on": date(2023, 4, 1),
            "urn_at_inspection": urn,
            "relates_to_current_urn": True,
            "relates_assumed": False,
            "overall": 2,
            "safeguarding": "effective",
            "grades": {"quality_of_education": 2, "leadership_and_management": 2},
            "judged_on": None,
            "content_hash": DIGEST,
            "source_id": self.source,
            **changes,
        }
        for column, reason in (("overall", "overall_reason"), ("safeguarding", "safeguarding_reason")):
            values.setdefault(reason, "not_judged" if values[column] is None else None)
        values.setdefault("published_reason", None if values["published_on"] else "not_in_source")
        values["grades"] = Jsonb(values["grades"])
        for column in ("judged_on", "narratives"):
            if values.get(column):
                values[column] = Jsonb(values[column])
        identifier: UUID = self._insert("inspections", "id", **values)
        return identifier

    def card(self, urn: int, **changes: Any) -> UUID:
        """Put a report card of January 2026 in, every area at the expected standard unless told."""
        grades = {**dict.fromkeys(CARD_AREAS, "expected_standard"), **changes.pop("grades", {})}
        values: dict[str, Any] = {
            "framework": CARD,
            "number": "10432161",
            "starts_on": date(2026, 1, 6),
            "published_on": None,
            "overall": None,
            "overall_reason": "none_in_framework",
            "safeguarding": "met",
        }
        return self.inspection(urn, **{**values, **changes, "grades": grades})

    def ungraded(self, urn: int, **changes: Any) -> UUID:
        """Put an ungraded inspection of 2024 in."""
        values: dict[str, Any] = {
            "framework": "ungraded",
            "kind": "ungraded",
            "starts_on": date(2024, 5, 1),
            "overall": None,
            "overall_reason": "none_in_framework",
            "safeguarding": None,
            "grades": {},
            "outcome_code": "remains_good",
        }
        return self.inspection(urn, **{**values, **changes})

    def outcome(self, urn: int, starts_on: date, overall: int = 2) -> UUID:
        """Put in what an earlier snapshot of outcomes tells."""
        grades = Jsonb({"leadership_and_management": overall})
        values = {"urn": urn, "starts_on": starts_on, "framework": "pre-eif", "overall": overall, "grades": grades}
        identifier: UUID = self._insert("outcome_snapshots", "id", **values, content_hash=DIGEST, source_id=self.source)
        return identifier

    def figure(  # noqa: PLR0917 - a figure reads best in this order
        self, urn: int, measure: str, period: str, value: float | None, status: str = "value", cohort: int | None = 60
    ) -> None:
        """Put a school's figure of a year in, of 60 pupils unless told."""
        key = {"urn": urn, "measure": measure, "period": period}
        source = self._source_of(measure)
        self._insert("pupil_measures", "urn", **key, value=value, status=status, cohort=cohort, source_id=source)
        self._decide(period)

    def comparisons(self, measure: str, period: str, **values: float) -> None:
        """Put the figures of primary schools in that a school in London and in LA 201 is shown beside, by level."""
        areas = {"local_authority": "201", "region": "London", "england": "England", "similar_schools": "3"}
        for level, value in values.items():
            key = {"measure": measure, "period": period, "phases": "primary", "level": level, "area": areas[level]}
            figure = {"value": value, "status": "value", "schools": 100, "weighting": "pupils", "made_under": rule()}
            self._insert("measure_comparisons", "measure", **key, **figure)

    def replaced_version(self, inspection: UUID, version: int, reason: str, **changes: Any) -> None:
        """Keep the present columns as an earlier version and change some, as a correction does."""
        self._connection.execute(
            "INSERT INTO inspection_versions (inspection_id, version, content, reason, source_id) "
            "SELECT id, %s, to_jsonb(i) || jsonb_build_object('version', %s), %s, source_id "
            "FROM inspections i WHERE id = %s",
            [version, version, reason, inspection],
        )
        columns = {"version": version + 1, **changes}
        self._connection.execute(
            f"UPDATE inspections SET {', '.join(f'{name} = %s' for name in columns)} WHERE id = %s",
            [*columns.values(), inspection],
        )

    def measure(self, urn: int, value: float | None, **changes: Any) -> None:
        """Put a census percentage of ever-6 free meals in; without a value its status is `missing` unless told."""
        values = {
            "urn": urn,
            "measure": "fsm_ever6_percent",
            "period": "2022-23",
            "value": value,
            "status": "missing" if value is None else "value",
            "source_id": self._source_of("fsm_ever6_percent"),
            **changes,
        }
        self._insert("pupil_measures", "urn", **values)
        self._decide(values["period"])

    def change(self, table: str, urn: int, **values: Any) -> None:
        """Change the rows of a school."""
        columns = ", ".join(f'"{column}" = %s' for column in values)
        self._connection.execute(f"UPDATE {table} SET {columns} WHERE urn = %s", [*values.values(), urn])
        for (period,) in self._connection.execute("SELECT DISTINCT period FROM pupil_measures").fetchall():
            self._decide(period)

    def _decide(self, period: str) -> None:
        """Decide what may be told of a year, as every import does."""
        engine = create_engine("postgresql+psycopg://", creator=lambda: self._connection, poolclass=StaticPool)
        with engine.connect() as connection:
            decide(connection, list(measures()), period)
