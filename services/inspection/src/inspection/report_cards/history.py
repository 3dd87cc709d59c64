"""All inspections of a school for parents: which were under a former URN, and which before it joined its trust."""

from collections.abc import Mapping, Sequence
from typing import Any

from inspection.inspections.service import area_grades
from inspection.reference.service import codes
from inspection.rows import Row
from inspection.wording import day, known, listed, say

Document = dict[str, Any]


def documents(rows: Sequence[Row], names: Mapping[int, Row], urn: int, memberships: Sequence[Row]) -> list[Document]:
    """Return the inspections, newest first, each with its notes in words."""
    joined = joined_trust(memberships)
    return [_inspection(row, names, urn, joined) for row in rows]


def _inspection(row: Row, names: Mapping[int, Row], urn: int, joined: Document | None) -> Document:
    former = former_school(row, names, urn)
    before = row["before_joining"] if joined else None
    notes = [_former_note(former), _joining_note(joined, before=before)]
    return {
        "starts_on": row["starts_on"],
        "kind": known("kinds", row["framework"], row["kind"]),
        **_result(row),
        "former_school": former,
        "before_joining": before,
        "notes": [note for note in notes if note],
    }


def _result(row: Row) -> Document:
    if row["kind"] == "monitoring" and row["outcome_code"] is None:
        return {"result": _judged_again(row)}
    if row["kind"] != "graded":
        return {"result": known("outcomes", row["outcome_code"])}
    if row["overall"] is not None:
        return {"result": codes().grade_label(row["overall"])}
    return {"result": say("card.result_no_overall")}


def _judged_again(row: Row) -> str:
    told = [
        say("card.result_area", area=_area_label(area), grade=codes().grade_label(area["grade"]))
        for area in area_grades(row)
        if area["grade"] is not None
    ]
    return say("card.result_judged_again", areas=listed(told)) if told else say("card.result_monitoring")


def _area_label(area: Document) -> str:
    """Return what an area is called on the scale of its grade: a monitoring inspection has no scale of its own."""
    scale = codes().entries("grades")[area["grade"]]["frameworks"]
    return codes().area_label(scale[-1], area["area"])


def former_school(row: Row, names: Mapping[int, Row], urn: int) -> Document | None:
    """Return the school under whose URN an inspection was held, where that was another one; its URN may be unknown."""
    held_under = row["urn_at_inspection"] or (row["urn"] if row["relates_to_current_urn"] else None)
    if held_under == urn:
        return None
    name = names[held_under]["name"] if held_under is not None else None
    return {"urn": held_under, "name": name}


def _former_note(former: Document | None) -> str | None:
    return None if former is None else say(_by_what_is_known("card.former", former), **former)


def latest_is_former(former: Document | None) -> str | None:
    """Return the sentence that the grades shown are those of a former school, or None."""
    return None if former is None else say(_by_what_is_known("card.latest_is_former", former), **former)


def _by_what_is_known(key: str, former: Document) -> str:
    if former["urn"] is None:
        return f"{key}_unknown"
    return key if former["name"] else f"{key}_unnamed"


def joined_trust(memberships: Sequence[Row]) -> Document | None:
    """Return the trust that a school is in now and when it joined, or None."""
    if not memberships:
        return None
    stay = memberships[0]
    joined_on, name = stay["joined_on"], stay["trust_name"] or stay["trust_uid"]
    text = say("card.assumed_joining", trust=name, joined_on=day(joined_on)) if stay["assumed"] else None
    return {
        "uid": stay["trust_uid"],
        "name": name,
        "joined_on": joined_on,
        "joined_on_assumed": stay["assumed"],
        "text": text,
    }


def _joining_note(joined: Document | None, *, before: bool | None) -> str | None:
    if joined is None or before is None:
        return None
    likely = "probably_" if joined["joined_on_assumed"] else ""
    return say(f"card.{likely}{'before' if before else 'after'}_joining", trust=joined["name"])
