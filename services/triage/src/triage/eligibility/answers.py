"""The documents of eligibility, put together from a result by the criteria and what a person admitted."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from triage.domain.eligibility import ELIGIBLE, Candidate, Eligibility, Programme
from triage.domain.eligibility_changes import Counterfactual, of_school, of_trust
from triage.domain.eligibility_schools import sio_school, tsi_school
from triage.domain.eligibility_trusts import tsi_trust
from triage.eligibility.programmes import EXCEPTIONAL
from triage.eligibility.reading import candidate_of, trust_on

Document = dict[str, Any]
Roll = Mapping[str, Sequence[Mapping[str, Any]]]


def _decided(candidate: Candidate, roll: int | None, as_of: date, programme: Programme) -> Eligibility:
    if "never_above" in programme.rules:
        return sio_school(candidate, as_of, programme)
    return tsi_school(candidate, as_of, programme, roll)


def school_document(
    row: Mapping[str, Any],
    as_of: date,
    programme: Programme,
    rolls: Roll,
    exception: Mapping[str, Any] | None,
    *,
    whole: bool = True,
) -> Document:
    """The eligibility of the school of a row; `rolls` are the schools of every trust that day."""
    candidate = candidate_of(row)
    uid = trust_on(row, as_of)
    roll = len(rolls.get(uid, ())) if uid is not None else None
    found = _decided(candidate, roll, as_of, programme)
    altering = None
    if whole:
        altering = of_school(
            candidate, roll, as_of, programme, lambda each, count: _decided(each, count, as_of, programme)
        )
    source = {name: row[f"source_{name}"] for name in ("name", "as_at", "loaded_at")}
    school = {
        "name": row["name"],
        "region": row["region"],
        "local_authority_code": row["la_code"],
        "trust_uid": row["trust_uid"],
    }
    return {
        "urn": row["urn"],
        "school": school,
        **_common(found, as_of, programme, exception, altering),
        "possible_tiers": list(found.possible_tiers),
        "source": source if source["name"] else None,
    }


def trust_document(
    uid: str,
    rows: Iterable[Mapping[str, Any]],
    as_of: date,
    programme: Programme,
    exception: Mapping[str, Any] | None,
    *,
    whole: bool = True,
) -> Document:
    """The eligibility of a trust over the rows of its schools."""
    held = list(rows)
    candidates = [candidate_of(row) for row in held]
    found = tsi_trust(uid, candidates, as_of, programme)
    altering = of_trust(uid, candidates, as_of, programme) if whole else None
    name = next((row["trust_name"] for row in held if row["trust_uid"] == uid), None)
    common = _common(found, as_of, programme, exception, altering)
    return {"uid": uid, "name": name, **common, "schools": list(found.schools)}


def _common(
    found: Eligibility,
    as_of: date,
    programme: Programme,
    exception: Mapping[str, Any] | None,
    altering: Sequence[Counterfactual] | None,
) -> Document:
    rules = list(found.rules)
    if EXCEPTIONAL in programme.rules:
        words = {"admitted_on": exception["admitted_on"]} if exception else {}
        inputs = {"exception_id": exception["id"] if exception else None}
        rules.append(programme.tried(EXCEPTIONAL, exception is not None, inputs, **words))
    return {
        "programme": programme.code,
        "programme_version": programme.version,
        "as_of": as_of,
        "result": ELIGIBLE if exception else found.result,
        "by_criteria": found.result,
        "rules": [asdict(each) for each in rules],
        "assumptions": [
            {"code": code, "urn": urn, "text": programme.assumptions[code]} for code, urn in found.assumptions
        ],
        "exception": dict(exception) if exception else None,
        "counterfactuals": None if altering is None else [asdict(each) for each in altering],
    }
