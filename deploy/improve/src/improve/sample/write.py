"""Writes a set in the official formats, with the rows that importers must reject, and its manifest."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from .build import build
from .cases import Unreadable, unreadable
from .data import NEWER_AS_AT, OLDER_AS_AT, OUTCOMES_AS_AT, PUPIL_YEARS, REGISTER_AS_AT, header
from .layouts import row_of, windows_name
from .model import Leader, Link, Sample, School, Trust
from .pupils import PupilFiles
from .register import establishments, outcomes
from .schools import Drawing

Rows = Iterable[list[str]]


def write(folder: Path, schools: int, seed: int) -> None:
    """Write the files and `manifest.csv` to `folder`, which is made where it is not there."""
    sample, drawing = build(schools, seed)
    bad = unreadable(drawing)
    folder.mkdir(parents=True, exist_ok=True)
    manifest = [("file", "kind", "as_at")]
    for stem, kind, as_at, text in (
        ("groups", "gias-groups", REGISTER_AS_AT, _groups(sample.trusts).encode()),
        ("links", "gias-links", REGISTER_AS_AT, _links(sample.links).encode("cp1252")),
        ("latest_inspections", "ofsted-latest-inspections", OLDER_AS_AT, _monthly(sample, "ofsted_76", bad)),
        ("latest_inspections", "ofsted-latest-inspections", NEWER_AS_AT, _monthly(sample, "ofsted_85", bad)),
        ("outcomes", "ofsted-outcomes", OUTCOMES_AS_AT, _csv("outcomes", outcomes(sample)).encode()),
        ("edubasealldata", "gias-establishments", REGISTER_AS_AT, _establishments(sample)),
        ("memberships", "gias-memberships", REGISTER_AS_AT, _memberships(sample.schools).encode("cp1252")),
        ("locations", "gias-locations", REGISTER_AS_AT, _locations(sample, drawing).encode()),
        *_pupils(sample, seed),
        ("system_leaders", "leaders", REGISTER_AS_AT, _leaders(sample.leaders).encode()),
    ):
        name = f"{stem}_{as_at}.csv"
        (folder / name).write_bytes(text)
        manifest.append((name, kind, as_at))
    (folder / "manifest.csv").write_text("".join(",".join(line) + "\n" for line in manifest), encoding="utf-8")


def _csv(name: str, rows: Rows, *, preamble: str = "", quoting: int = csv.QUOTE_MINIMAL, end: str = "\n") -> str:
    text = io.StringIO(newline="")
    text.write(preamble)
    writer = csv.writer(text, lineterminator=end, quoting=quoting)  # type: ignore[arg-type]
    writer.writerow(header(name))
    writer.writerows(rows)
    return text.getvalue()


def _monthly(sample: Sample, name: str, bad: Unreadable) -> bytes:
    older = name == "ofsted_76"
    columns = header(name)
    shown: Callable[[School], bool] = lambda school: school.in_older_file if older else school.in_newer_file  # noqa: E731
    rows = [row_of(school, name) for school in sample.schools if shown(school)]
    here, elsewhere = (bad.older, bad.newer) if older else (bad.newer, bad.older)
    rows += [row_of(school, name) for school, _, _ in elsewhere]
    for school, column, text in here:
        row = row_of(school, name)
        row[columns.index(column)] = text
        rows.append(row)
    rows += [row_of(school, name) for school in bad.twice(same=older)]
    preamble = "Made-up sample: no row describes a real school\r\n\r\n" if older else ""
    return _csv(name, rows, preamble=preamble, end="\r\n").encode("cp1252")


def _groups(trusts: tuple[Trust, ...]) -> str:
    columns = header("groups")
    kinds = {True: ("10", "Single-academy trust"), False: ("06", "Multi-academy trust")}

    def row(uid: str, name: str, kind: tuple[str, str], opened: str, closed: str = "") -> list[str]:
        cells = dict.fromkeys(columns, "") | {
            "group_uid": uid, "group_id": f"TR{uid}", "group_name": name,
            "companies_house_number": f"{int(uid) + 9_000_000:08d}",
            "group_type__code_": kind[0], "group_type": kind[1], "open_date": opened, "closed_date": closed,
            "incorporated_on__open_date_": opened, "group_status__code_": "CLOSED" if closed else "OPEN",
            "group_status": "Closed" if closed else "Open", "group_county": "Not recorded",
            "ukprn": str(10_000_000 + int(uid)),
        }  # fmt: skip
        return [cells[column] for column in columns]

    rows = [row(trust.uid, trust.name, kinds[trust.single], "01/09/2013") for trust in trusts]
    rows.append(row("89001", "Closed Harbour Schools Trust", kinds[False], "01/09/2012", "31/08/2024"))
    rows.append(row("89002", "Two Rivers Federation", ("01", "Federation"), "01/09/2015"))
    rows.append(row("89003", "Never Quite Opened Trust", kinds[False], "31/09/2015"))
    return _csv("groups", rows)


def _links(links: tuple[Link, ...]) -> str:
    rows = [
        [str(link.urn), str(link.other), link.other_name, link.kind, link.on.strftime("%d-%m-%Y") if link.on else ""]
        for link in links
    ]
    rows.append(["70OOO1", "600001", "A school whose number has letters in it", "Predecessor", "01-09-2020"])
    return _csv("links", rows, quoting=csv.QUOTE_ALL, end="\r\n")


def _establishments(sample: Sample) -> bytes:
    return _csv("establishments", establishments(sample), end="\r\n").encode("cp1252")


def _memberships(schools: tuple[School, ...]) -> str:
    rows = [
        [
            stay.trust.uid, f"TR{stay.trust.uid}", windows_name(stay.trust), "Multi-academy trust", "Open",
            stay.joined_on.strftime("%d-%m-%Y"), stay.left_on.strftime("%d-%m-%Y") if stay.left_on else "",
            str(school.urn), school.name,
        ]
        for school in schools
        for stay in school.stays
    ]  # fmt: skip
    rows.append([*rows[0][:5], "01-09-2020", "31-08-2020", *rows[0][7:]])
    return _csv("memberships", rows, end="\r\n")


def _locations(sample: Sample, drawing: Drawing) -> str:
    rows = [[str(one.urn), str(one.lat), str(one.lng)] for one in sample.schools if one.lat is not None]
    rows.append([str(sample.schools[1].urn + 1_000 * len(drawing.trusts)), "153.20001", "-0.11"])
    return _csv("locations", rows)


def _pupils(sample: Sample, seed: int) -> Iterator[tuple[str, str, str, bytes]]:
    for year in PUPIL_YEARS:
        files, following = PupilFiles(sample.schools, seed, year), year + 1
        yield "census", "pupil-census", f"{following}-01-16", _csv("census", files.census()).encode()
        absence = _csv("absence", files.absence(), end="\r\n").encode("utf-8-sig")
        yield "absence", "pupil-absence", f"{following}-07-31", absence
        yield "ks2", "pupil-ks2", f"{following}-07-31", _csv("ks2", files.key_stage_2()).encode()
        yield "ks4", "pupil-ks4", f"{following}-08-31", _csv("ks4", files.key_stage_4()).encode()


def _leaders(leaders: tuple[Leader, ...]) -> str:
    rows = [
        [
            one.reference, one.role, one.organisation_type, one.organisation_id, one.organisation_name, one.base_urn,
            one.region, str(one.lat), str(one.lng), one.phases, one.schools, one.turned_round, one.days, one.concurrent,
        ]
        for one in leaders
    ]  # fmt: skip
    first = rows[0]
    rows.append(["CEO-89003", *first[1:3], "89003", "Never Quite Opened Trust", *first[5:12], "many", first[13]])
    return _csv("leaders", rows)
