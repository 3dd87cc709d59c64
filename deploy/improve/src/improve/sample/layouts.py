"""Writes schools as rows of the monthly file, in its older (76 columns) and newer (85 columns) layout."""

from __future__ import annotations

import datetime as dt

from .data import NEWER_AS_AT, OLDER_AS_AT, header, table
from .model import NULL, School, Trust, Visit

REPORTS = "http://www.ofsted.gov.uk/inspection-reports/find-inspection-report/provider/ELS/"
Row = dict[str, str]


def older_row(school: School) -> Row:
    """The row of the 76-column layout: latest and previous graded inspection, ungraded ones since."""
    as_at = dt.date.fromisoformat(OLDER_AS_AT)
    graded = [visit for visit in school.older if visit.starts_on <= as_at]
    ungraded = [visit for visit in school.ungraded if visit.starts_on <= as_at]
    latest, previous = (*graded, None, None)[:2]
    kinds = table("kinds")
    row = _school(school, school.phase)
    row["Number of warning notices issued in 2024/25 academic year"] = NULL
    row |= _ungraded(school, ungraded, "Latest ungraded inspection number since last graded inspection", "the latest ")
    row["Number of ungraded inspections since the last graded inspection"] = _counted(ungraded)
    row["Did the latest ungraded inspection convert to a graded inspection?"] = (
        NULL if not ungraded else "Yes" if ungraded[0].converted else "No"
    )
    row["Number of monitoring and urgent inspections since last graded inspection"] = NULL
    row |= _inspection(school, latest, "latest graded inspection", "")
    row["Current school type used for chart C6"] = kinds["chart_types"].get(school.type, "Maintained school")
    row |= _older_grades(latest, "", "Overall effectiveness")
    row |= _inspection(school, previous, "previous graded inspection", "Previous ")
    row |= _older_grades(previous, "Previous ", "Previous graded inspection overall effectiveness")
    return row


def newer_row(school: School) -> Row:
    """The row of the 85-column layout: report card, latest older graded inspection, latest ungraded one."""
    school = school.on_newer_file()
    as_at = dt.date.fromisoformat(NEWER_AS_AT)
    graded = [visit for visit in school.older if visit.starts_on <= as_at]
    latest = graded[0] if graded else None
    row = _school(school, table("kinds")["newer_phase_names"].get(school.phase, school.phase))
    row |= _inspection(school, school.card, "latest full inspection", "")
    row |= _card_grades(school.card)
    row |= _inspection(school, latest, "latest OEIF graded inspection", None)
    row |= _older_grades(latest, "Latest OEIF ", "Latest OEIF overall effectiveness")
    row |= _ungraded(school, list(school.ungraded), "Latest ungraded inspection number", "")
    newest = school.card or latest
    row["Most recent category of concern"] = newest.category if newest else NULL
    return row


def as_cells(row: Row, name: str) -> list[str]:
    """The row in the order of the official header `name`; every column must have been filled."""
    return [row[column] for column in header(name)]


def day(value: dt.date | None) -> str:
    """A date as the monthly file writes it."""
    return NULL if value is None else value.strftime("%d/%m/%Y")


def _school(school: School, phase: str) -> Row:
    kinds = table("kinds")
    low, high = kinds["ages"][school.phase]
    sixth = {"Secondary": "Has a sixth form", "Primary": "Does not have a sixth form"}.get(
        school.phase, "Not applicable"
    )
    faith = school.faith or "Does not apply"
    trust = school.trust
    return {
        "Web Link (opens in new window)": f"{REPORTS}{school.urn}", "URN": str(school.urn), "LAESTAB": _laestab(school),
        "School name": school.name, "Ofsted phase": phase, "Type of education": school.type,
        "School open date": day(school.opened_on),
        "Admissions policy": "Non-selective" if school.phase == "Secondary" else "Not applicable", "Sixth form": sixth,
        "Designated religious character": faith, "Religious ethos": "Does not apply",
        "Faith grouping": kinds["faith_groups"].get(faith, "Non-faith"),
        "Ofsted region": school.place.inspectorate_region, "Region": school.place.region,
        "Local authority": school.place.authority, "Parliamentary constituency": f"{school.place.authority} (made up)",
        "Multi-academy trust UID": trust.uid if trust else NULL,
        "Multi-academy trust name": windows_name(trust) if trust else NULL,
        "Academy sponsor UID": NULL, "Academy sponsor name": NULL,
        "Postcode": f"ZZ{school.number % 90 + 1} {school.urn % 9}ZZ",
        "The income deprivation affecting children index (IDACI) quintile": str(school.quintile or NULL),
        "Total number of pupils": NULL if school.pupils is None else str(school.pupils),
        "Statutory lowest age": str(low), "Statutory highest age": str(high),
    }  # fmt: skip


def windows_name(trust: Trust) -> str:
    """The trust's name in the letters that Windows-1252 has."""
    return trust.name.replace("ŷ", "y").replace("ŵ", "w")


def _laestab(school: School) -> str:
    return f"{school.place.code}{school.number:04d}"


def _at_the_time(school: School, visit: Visit | None, of: str, spoken: str) -> Row:
    before = visit is not None and visit.before_conversion
    kind = table("kinds")["former_types"].get(school.type, school.type) if before else school.type
    told = (
        (visit.relates or "Yes", visit.urn_then or str(school.urn), _laestab(school), school.name, kind)
        if visit
        else None
    )
    columns = (f"Does {spoken} relate to the URN of the current school?", f"URN at time of {of}",
               f"LAESTAB at time of {of}", f"School name at time of {of}", f"School type at time of {of}")  # fmt: skip
    return dict(zip(columns, told or (NULL,) * 5, strict=True))


def _inspection(school: School, visit: Visit | None, of: str, prefix: str | None) -> Row:
    row = _at_the_time(school, visit, of, f"the {of}")
    number = f"{prefix}inspection number" if prefix else f"Inspection number of {of}"
    start = f"{prefix}inspection start date" if prefix else "Inspection start date"
    published = f"{prefix}publication date" if prefix else "Publication date"
    kind = ("Inspection type", "Inspection type grouping", "Event type grouping")
    if prefix is None:
        start, published = f"{start} of {of}", f"{published} of {of}"
        kind = (f"{kind[0]} of {of}", f"{kind[1]} of {of}", f"{kind[2]} of {of}")
    row |= {number: visit.number if visit else NULL, start: day(visit.starts_on if visit else None)}
    row[published] = day(visit.published_on if visit else None)
    if prefix != "Previous ":
        row |= dict(zip(kind, (visit.kind, visit.kind, "Schools - S5") if visit else (NULL,) * 3, strict=True))
    return row


def _older_grades(visit: Visit | None, prefix: str, overall: str) -> Row:
    names = ("Quality of education", "Behaviour and attitudes", "Personal development",
             "Effectiveness of leadership and management", "Early years provision (where applicable)",
             "Sixth form provision (where applicable)")  # fmt: skip
    columns = [prefix + (name if not prefix else name[0].lower() + name[1:]) for name in names]
    row = dict(zip(columns, visit.grades if visit else (NULL,) * 6, strict=True))
    safe = "Safeguarding is effective?" if not prefix else f"{prefix}safeguarding is effective?"
    double_spaced = "Latest OEIF  safeguarding is effective?"  # as the official header has it
    row[double_spaced if prefix == "Latest OEIF " else safe] = visit.safeguarding if visit else NULL
    row[f"{prefix}category of concern" if prefix else "Category of concern"] = visit.category if visit else NULL
    row[overall] = visit.overall if visit else NULL
    return row


def _card_grades(card: Visit | None) -> Row:
    columns = (("Inclusion", "Inclusion"), ("Curriculum and teaching", "Curriculum and teaching"),
               ("Achievement", "Achievement"), ("Attendance and behaviour", "Attendance and behaviour"),
               ("Personal development and wellbeing", "Personal development and wellbeing"),
               ("Leadership and governance", "Leadership and governance"),
               ("Early years (where applicable)", "Early years"),
               ("Post-16 provision (where applicable)", "Post-16 provision"))  # fmt: skip
    row = {
        "Category of concern": card.category if card else NULL,
        "Safeguarding standards": card.safeguarding if card else NULL,
    }
    judged = day(card.starts_on if card else None)
    row["Safeguarding standards - date of judgement"] = judged
    for at, (grade, area) in enumerate(columns):
        row[grade] = card.grades[at] if card else NULL
        row[f"{area} - date of judgement"] = judged
    return row


def _ungraded(school: School, visits: list[Visit], number: str, latest: str) -> Row:
    visit = visits[0] if visits else None
    row = _at_the_time(school, visit, "the ungraded inspection", "the ungraded inspection")
    if latest:
        for what in ("School name", "School type"):
            row[f"{what} at time of the latest ungraded inspection"] = row.pop(
                f"{what} at time of the ungraded inspection"
            )
    row[number] = visit.number if visit else NULL
    row["Date of latest ungraded inspection"] = day(visit.starts_on if visit else None)
    row["Ungraded inspection publication date"] = day(visit.published_on if visit else None)
    row["Ungraded inspection overall outcome"] = visit.outcome if visit else NULL
    return row


def _counted(visits: list[Visit]) -> str:
    counted = sum(not visit.converted for visit in visits)
    return str(counted) if visits else NULL


def row_of(school: School, name: str) -> list[str]:
    """The school's cells in layout `ofsted_76` or `ofsted_85`."""
    return as_cells(older_row(school) if name == "ofsted_76" else newer_row(school), name)
