"""Rows of the database as the needs and leaders of the domain."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import RowMapping

from brokering.domain.matching import Designation, Evidence, Interest, Leader, Need, OwnConcern
from brokering.domain.places import Place
from brokering.domain.values import LeaderRole, NeedState, OrganisationKind, SubjectKind, body_keys, half_days
from brokering.matching.repository import RosterRows

Grouped = Mapping[Any, Sequence[RowMapping]]


def subject_key(kind: str, identifier: str) -> str:
    """Return the key that orders needs by what they are about."""
    return f"{kind}:{identifier.rjust(9, '0')}"


def need_of(row: RowMapping, place: Place | None = None) -> Need:
    """Return a need; `place` stands in for a trust, which has none of its own."""
    is_trust = row["subject_kind"] == SubjectKind.TRUST
    bodies = (
        body_keys(OrganisationKind.TRUST, row["subject_id"], None)
        if is_trust
        else body_keys(row["responsible_body_kind"], row["responsible_body_id"], row["responsible_body_name"])
    )
    return Need(
        id=str(row["id"]),
        key=subject_key(row["subject_kind"], row["subject_id"]),
        subject_kind=row["subject_kind"],
        subject_id=row["subject_id"],
        name=row["subject_name"] or row["subject_id"],
        half_days=row["half_days"],
        areas=frozenset(row["areas"]),
        priority=row["priority"],
        provisional=row["state"] == NeedState.PROVISIONAL,
        region=row["tenancy_region"],
        phase=row["phase"],
        type_code=row["type_code"],
        place=place if is_trust else _place(row),
        bodies=bodies,
        pupils=row["pupils"],
        idaci_quintile=row["idaci_quintile"],
        part=row["part"],
        beside_support=row["part"] is not None,
    )


def needs_of(rows: Sequence[RowMapping], trust_places: Sequence[RowMapping]) -> list[Need]:
    """Return the needs of a round; a trust is placed at the centre of its schools."""
    centres = {row["trust_uid"]: Place(row["lat"], row["lng"]) for row in trust_places}
    return [need_of(row, centres.get(row["subject_id"])) for row in rows]


def trusts_among(rows: Sequence[RowMapping]) -> list[str]:
    """Return the UIDs of the trusts that needs are about."""
    return sorted(row["subject_id"] for row in rows if row["subject_kind"] == SubjectKind.TRUST)


def leaders_of(rows: RosterRows) -> list[Leader]:
    """Return the leaders with all that the rules look at."""
    records = _Records(rows)
    return [records.leader(row) for row in rows.leaders]


class _Records:
    """The rows beside the leaders' own, by what they belong to."""

    def __init__(self, rows: RosterRows) -> None:
        self._designations = _by(rows.designations, "leader_id")
        self._interests = _by(rows.interests, "leader_id")
        self._evidence = _by(rows.evidence, "leader_id")
        self._rechecks = _by(rows.rechecks, "leader_id")
        self._supported = _by(rows.supported, "leader_id")
        self._availability = {row["leader_id"]: row["days"] or 0 for row in rows.availability}
        self._contexts = {row["trust_uid"]: row for row in rows.contexts}
        self._concerns = {row["urn"]: OwnConcern(row["urn"], row["name"], row["what"]) for row in rows.concerns}
        self._concerns_by_body = _urns_by_body(rows.concerns)

    def leader(self, row: RowMapping) -> Leader:
        """Return one leader."""
        bodies = _bodies(row)
        own = self._context_of(row)
        return Leader(
            id=str(row["id"]),
            reference=row["reference"],
            role=row["role"],
            phases=frozenset(row["phases"]),
            half_days=half_days(self._availability.get(row["id"], row["days_available"])),
            max_concurrent=row["max_concurrent"],
            committed_half_days=half_days(row["committed_days"]),
            open_deployments=row["open_deployments"],
            remote=row["remote"],
            region=row["region"],
            place=_place(row),
            bodies=bodies,
            organisation_name=row["organisation_name"],
            base_urn=row["base_urn"],
            designations=self._designations_of(row),
            interests=self._interests_of(row),
            strengths=frozenset(row["strengths"]),
            evidence=self._evidence_of(row),
            school_types=frozenset(row["school_types"]),
            max_distance_km=row["max_distance_km"],
            in_doubt=self._doubt_of(row),
            own_concerns=self._concerns_of(row["base_urn"], bodies),
            schools_turned_round=row["schools_turned_round"],
            pupils=own["pupils"],
            idaci_quintile=own["idaci_quintile"],
            supported_before=frozenset(
                subject_key(each["subject_kind"], each["subject_id"]) for each in self._supported.get(row["id"], ())
            ),
            by_entries=row["id"] in self._availability,
        )

    def _context_of(self, row: RowMapping) -> RowMapping:
        """A chief executive's context is the trust's schools on average, anyone else's the own school."""
        of_trust = row["role"] == LeaderRole.TRUST_CEO and row["organisation_kind"] == OrganisationKind.TRUST
        return self._contexts.get(row["organisation_id"], row) if of_trust else row

    def _designations_of(self, row: RowMapping) -> tuple[Designation, ...]:
        found = self._designations.get(row["id"], ())
        return tuple(Designation(each["status"], each["valid_from"], each["valid_to"]) for each in found)

    def _evidence_of(self, row: RowMapping) -> tuple[Evidence, ...]:
        found = self._evidence.get(row["id"], ())
        return tuple(Evidence(each["area"], each["what"], each["dated_on"], each["source"]) for each in found)

    def _doubt_of(self, row: RowMapping) -> str | None:
        found = self._rechecks.get(row["id"], ())
        if not found:
            return None
        seen = [f"{each['school_name']}, {each['inspected_on']} ({'; '.join(each['findings'])})" for each in found]
        return f"The designation is being looked at again since an inspection: {', '.join(seen)}."

    def _interests_of(self, row: RowMapping) -> tuple[Interest, ...]:
        found = self._interests.get(row["id"], ())
        return tuple(
            Interest(each["kind"], each["subject_kind"], each["subject_id"], each["ends_on"]) for each in found
        )

    def _concerns_of(self, base_urn: int | None, bodies: frozenset[str]) -> tuple[OwnConcern, ...]:
        """A trust or a local authority answers for all of its schools, a leader for the own one besides."""
        urns = {urn for body in bodies for urn in self._concerns_by_body.get(body, ())}
        if base_urn is not None and base_urn in self._concerns:
            urns.add(base_urn)
        return tuple(self._concerns[urn] for urn in sorted(urns))


def _urns_by_body(concerns: Sequence[RowMapping]) -> Mapping[str, Sequence[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for row in concerns:
        kind, identifier, name = (row[f"responsible_body_{part}"] for part in ("kind", "id", "name"))
        for body in body_keys(kind, identifier, name) | body_keys(OrganisationKind.TRUST, row["trust_uid"], None):
            found[body].append(row["urn"])
    return found


def _bodies(row: RowMapping) -> frozenset[str]:
    """The employer on the roster, and the body that answers for the leader's own school today."""
    employer = body_keys(row["organisation_kind"], row["organisation_id"], row["organisation_name"])
    return employer | body_keys(row["base_kind"], row["base_id"], row["base_name"])


def _place(row: RowMapping) -> Place | None:
    return None if row["lat"] is None or row["lng"] is None else Place(row["lat"], row["lng"])


def _by(rows: Sequence[RowMapping], name: str) -> Grouped:
    found: dict[Any, list[RowMapping]] = defaultdict(list)
    for row in rows:
        if row[name] is not None:
            found[row[name]].append(row)
    return found
