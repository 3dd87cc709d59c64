"""The inspections of Ofsted's file: each is merged with what is stored of it, by the date of the file."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain, count
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection

from inspection.imports.kinds import repository as bulk
from inspection.imports.kinds import sightings_sql, told_sql
from inspection.imports.kinds.model import Batch, Provenance, Warnings
from inspection.imports.kinds.ofsted import blocks, judgements, repository, versions_sql
from inspection.imports.kinds.ofsted.blocks import Found
from inspection.imports.kinds.ofsted.completing import complete
from inspection.imports.kinds.ofsted.dates import InspectionDates
from inspection.imports.kinds.ofsted.late import Late, step_late
from inspection.imports.kinds.ofsted.merging import Step, Stored, match, step
from inspection.imports.kinds.ofsted.published_here import DIFFERS, differs
from inspection.imports.kinds.ofsted.reader import SchoolRow
from inspection.imports.kinds.packing import bytea, join, unpack
from shared.ids import new_id

Listed = tuple[int, Found]
"""The URN of the row, and the inspection."""


class Inspections:
    """What one load does to inspections; `passed` are those known of its schools that it has no word on."""

    def __init__(self, connection: Connection, batch: Batch, source: Provenance, warnings: Warnings) -> None:
        self._connection = connection
        self._batch = batch
        self._source = source
        self._warnings = warnings
        self._dates = InspectionDates(source.as_at)
        self._added: list[Listed] = []
        self._replaced: list[str] = []
        self._corrected: list[UUID] = []
        self._earlier: list[UUID] = []
        self._here: dict[UUID, Listed] = {}
        self._changed: set[int] = set()
        self.passed: list[UUID] = []

    def merge(self, rows: Mapping[int, SchoolRow], created: Sequence[int], known: Collection[int]) -> set[int]:
        """Merge those of schools `known` before, add those of schools `created`; return whose evidence changed."""
        listed = [(urn, found) for urn in known for found in rows[urn].inspections]
        stored = repository.known_inspections(self._connection, known)
        matched = [(urn, found, match(found, stored.get(urn, ()))) for urn, found in listed]
        told = {each.id for _, _, each in matched if each is not None}
        self.passed = [each.id for of_school in stored.values() for each in of_school if each.id not in told]
        late = repository.is_late(self._connection, self._source)
        after = {each.id: each for _, _, each in matched if each is not None and (late or self._corrected_since(each))}
        self._merge(matched, after)
        self._write([(urn, found) for urn in created for found in rows[urn].inspections])
        if late:
            sightings_sql.pass_over(self._connection, self._source)
        versions_sql.told_earlier(self._connection, self._earlier, self._source.id)
        self._compare()
        return self._changed

    def _corrected_since(self, stored: Stored) -> bool:
        return stored.made_on is not None and stored.made_on > self._source.as_at

    def _merge(self, matched: Sequence[tuple[int, Found, Stored | None]], after: Mapping[UUID, Stored]) -> None:
        """Merge what the file tells; of `after` it may be that something else was told for a later day."""
        versions = versions_sql.told(self._connection, after)
        following = versions_sql.following(self._connection, after, self._source)
        for urn, told, stored in matched:
            if stored is None or stored.id not in after:
                found = told if stored is None else complete(told, stored, self._dates)
                self._take(urn, found, stored, step(found, stored))
                continue
            late = step_late(told, versions[stored.id], following.get(stored.id), self._dates)
            if late.step is Step.RECALL:
                self._recall(urn, stored.id, late)
                if stored.as_at is None:
                    self._here[stored.id] = (urn, late.found)
            elif late.step is Step.TOLD_EARLIER:
                self._earlier.append(stored.id)
            else:
                self._take(urn, late.found, stored, late.step)

    def _take(self, urn: int, found: Found, stored: Stored | None, what: Step) -> None:
        if stored is None:
            self._added.append((urn, found))
        elif what is not Step.NOTHING:
            self._replaced.append(self._packed(str(stored.id), urn, found))
            self._corrected.extend([stored.id] if what is Step.CORRECT else [])
        elif stored.as_at is None:
            self._here[stored.id] = (urn, found)

    def _recall(self, urn: int, inspection_id: UUID, late: Late) -> None:
        names = (*blocks.COLUMNS, *judgements.COLUMNS)
        found = late.found
        content: dict[str, Any] = dict(zip(names, unpack(join(found.packed, found.judgement.packed)), strict=True))
        content.update({name: orjson.loads(content[name]) for name in ("grades", "judged_on") if content[name]})
        content["content_hash"] = bytea(found.content_hash)
        versions_sql.recall(self._connection, inspection_id, content, self._source.id, late.repeated)
        self._changed.add(urn)

    def _write(self, new: Sequence[Listed]) -> None:
        packed = (self._packed(each, *it) for each, it in zip(_ids(), chain(new, self._added), strict=False))
        bulk.insert(self._connection, "inspections", repository.INSPECTION_COLUMNS, packed)
        listed = {urn for urn, _ in self._added}
        told_sql.added_inspections(self._connection, listed, self._source.id)
        self._changed |= listed
        if self._replaced:
            differing = repository.refresh_inspections(self._connection, self._replaced, self._corrected)
            self._changed |= {*differing}
        if self._corrected:
            text = "What differs from an earlier file is a correction: the version before is kept."
            self._warnings.add("corrected", text, len(self._corrected))

    def _compare(self) -> None:
        """Tell of inspections published here that this file judges otherwise: what was published stands."""
        if not self._here:
            return
        published = repository.published_here(self._connection, self._here, self._source.as_at)
        for inspection_id, row in published.items():
            urn, found = self._here[inspection_id]
            if differs(found, row):
                self._batch.anew.add(urn)
                self._warnings.add(DIFFERS, judgements.warning_text(DIFFERS), 1, [str(inspection_id)])

    def _packed(self, inspection_id: str, urn: int, found: Found) -> str:
        content_hash = bytea(found.content_hash)
        return join(inspection_id, str(urn), found.packed, found.judgement.packed, content_hash, str(self._source.id))


def _ids() -> Iterator[str]:
    """Yield fresh UUIDs (version 7), each greater than the one before: the index of them grows at its end.

    After the first one's milliseconds and random bits they count up, as RFC 9562 (6.2, method 1) allows.
    """
    first = new_id().hex[:24]
    return (f"{first}{number:08x}" for number in count())
