"""The sample through the front door: each row accounted for, each school judged as our own reading judges it."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections import Counter, defaultdict
from pathlib import Path

import pytest
from tests.e2e.comparing import assessments, differences, excerpt
from tests.e2e.conftest import SCHEMES, Loaded
from tests.e2e.oracle import assess_all, ofsted_files
from tests.e2e.platform import Document

EARLIER = dt.date(2025, 8, 31)


def _inspection_kinds(sample: Loaded) -> dict[str, Document]:
    return {name: job for name, job in sample.imports.items() if "rows" in job and isinstance(job["rows"], dict)}


class TestImports:
    def test_each_row_has_one_fate(self, sample: Loaded) -> None:
        for name, job in _inspection_kinds(sample).items():
            rows = job["rows"]
            fates = rows["created"] + rows["changed"] + rows["unchanged"] + rows["rejected"]
            assert rows["read"] == fates, name

    def test_the_bad_rows_are_rejected_and_no_others(self, sample: Loaded) -> None:
        rejected = {name: job["rows"]["rejected"] for name, job in _inspection_kinds(sample).items()}
        expected = {one.name: len(one.rejected) for one in sample.evidence.files}
        assert rejected == {name: expected.get(name, 1) for name in rejected}

    def test_a_rejection_says_which_line_and_why(self, sample: Loaded) -> None:
        for one in sample.evidence.files:
            job = sample.imports[one.name]
            page = sample.platform.get("inspection", f"/v1/imports/{job['id']}/rejections", limit=200)
            assert len(page["data"]) == len(one.rejected)
            assert [row["line"] for row in page["data"]] == [line for line, _ in one.rejected]
            assert all(row["code"] and row["text"] for row in page["data"])

    def test_a_leader_with_many_days_is_refused_and_the_others_are_taken(self, sample: Loaded) -> None:
        name = next(name for name in sample.imports if name.startswith("system_leaders"))
        rows = sample.imports[name]["data"]
        refused = [row for row in rows if row["errors"]]
        assert [row["row"] for row in refused] == [rows[-1]["row"]]
        listed = sample.platform.get("brokering", "/v1/leaders", limit=1, include_total="true")
        assert listed["paging"]["total"] == len(rows) - 1


class TestTour:
    def test_shows_the_evidence_the_judgement_and_the_response(self, sample: Loaded) -> None:
        told = sample.platform.improve("tour")
        for part in ("153 local authorities", "9 regions", "The judgement (triage)", "The response (brokering)"):
            assert part in told


class TestEverySchool:
    @pytest.mark.parametrize("scheme", SCHEMES)
    def test_is_judged_as_the_independent_reading_judges_it(self, sample: Loaded, scheme: str) -> None:
        found = differences(assessments(sample.platform, scheme), sample.expected, scheme)
        assert not found, excerpt(found)

    def test_is_judged_by_the_policy_in_force(self, sample: Loaded) -> None:
        expected = {urn: one.rise_version for urn, one in sample.expected.items()}
        told = assessments(sample.platform, "rise-2025")
        assert {urn: one["policy_version"] for urn, one in told.items()} == expected

    def test_has_the_evidence_of_the_files(self, sample: Loaded) -> None:
        urns = sorted(sample.expected)
        answer = sample.platform.post("inspection", "/v1/facts/lookup", json={"urns": urns}).json()
        told = {facts["urn"]: Counter(_identity(facts["urn"], one) for one in facts["inspections"])
                for facts in answer["data"]}  # fmt: skip
        ours = {urn: Counter(found.identity for found in sample.evidence.schools[urn]) for urn in urns}
        assert {urn: told.get(urn) for urn in urns if told.get(urn) != ours[urn]} == {}

    @pytest.mark.parametrize("scheme", SCHEMES)
    def test_is_judged_by_what_could_be_seen_on_an_earlier_day(self, sample: Loaded, scheme: str) -> None:
        before = {urn: one["id"] for urn, one in assessments(sample.platform, scheme).items()}
        expected = assess_all(sample.evidence, EARLIER)
        assert sum(one.ippr != sample.expected[urn].ippr for urn, one in expected.items()) > 10
        run = sample.platform.assess(scheme, as_of=EARLIER.isoformat())
        told = assessments(sample.platform, scheme, run=run["id"])
        found = differences(told, expected, scheme)
        assert not found, excerpt(found)
        assert {urn: one["id"] for urn, one in assessments(sample.platform, scheme).items()} == before


class TestLoadingAgain:
    def test_changes_nothing(self, sample: Loaded) -> None:
        before = {scheme: _ids(sample, scheme) for scheme in SCHEMES}
        for path, as_at in ofsted_files(sample.folder):
            sent = sample.platform.send_file(path, "ofsted-latest-inspections", as_at.isoformat())
            rows = sample.platform.job("inspection", sent)["rows"]
            assert (rows["created"], rows["changed"]) == (0, 0), path.name
        for scheme in SCHEMES:
            sample.platform.assess(scheme)
        assert {scheme: _ids(sample, scheme) for scheme in SCHEMES} == before


class TestHistory:
    def test_of_a_school_that_converted_holds_what_its_former_urn_had(self, sample: Loaded) -> None:
        former_urn = {urn: before for urn, (before, *others) in _came_from(sample).items() if not others}
        held_before = _held_before(sample)
        converted = {urn: before for urn, before in former_urn.items() if before in held_before}
        told_by_former = 0
        for urn, before in converted.items():
            days = {one.starts_on.isoformat() for one in sample.evidence.schools[urn]} | held_before[before]
            told = sample.platform.get("inspection", f"/v1/schools/{urn}/inspections")
            assert [one["starts_on"] for one in told["data"]] == sorted(days, reverse=True), urn
            assert not told["ambiguous"], urn
            assert all(one["from_predecessor"] is (one["urn"] == before) for one in told["data"]), urn
            told_by_former += sum(one["from_predecessor"] for one in told["data"])
        assert told_by_former

    def test_of_a_merged_school_holds_that_of_both_and_says_so(self, sample: Loaded) -> None:
        held_before = _held_before(sample)
        merged = {urn: former for urn, former in _came_from(sample).items() if len(former) > 1}
        assert any(former <= set(held_before) for former in merged.values())
        for urn, former in merged.items():
            told = sample.platform.get("inspection", f"/v1/schools/{urn}/inspections")
            for one in former:
                assert held_before[one] <= {each["starts_on"] for each in told["data"] if each["urn"] == one}
            (fork,) = told["ambiguities"]
            assert told["ambiguous"]
            assert fork["why"] == "merger"
            assert set(fork["urns"]) == former
            assert all(str(one) in fork["text"] for one in former)
            card = sample.platform.get("inspection", f"/v1/schools/{urn}/report-card", role=None, audience="parent")
            names = [school["name"] for school in card["predecessors"]["schools"]]
            assert len(names) == len(former)
            assert all(name in card["predecessors"]["text"] for name in names)

    def test_of_a_school_that_changed_trust_tells_what_was_before_it_joined(self, sample: Loaded) -> None:
        moved = _moved(sample)
        facts = {int(row["URN"]) for row in _memberships(sample)}
        told = Counter[tuple[bool, bool]]()
        for urn, (left, joined, day) in moved.items():
            stays = sample.platform.get("inspection", f"/v1/schools/{urn}/memberships")["data"]
            assert [(stay["trust"]["uid"], stay["assumed"]) for stay in stays] == [
                (uid, urn not in facts) for uid in (joined, left)
            ]
            since = stays[-1]["joined_on"]
            for one in sample.platform.get("inspection", f"/v1/schools/{urn}/inspections")["data"]:
                before = one["starts_on"] < day
                assert one["before_joining_current_trust"] is before, (urn, one)
                in_a_trust = since <= one["starts_on"] and one["relates_to_current_urn"]
                then = one["trust_at_inspection"] and one["trust_at_inspection"]["uid"]
                assert then == (None if not in_a_trust else left if before else joined), urn
                told[urn in facts, before] += 1
        assert told[False, True]
        assert told[True, True]
        assert told[True, False]


def _lines(path: Path) -> list[dict[str, str]]:
    """The rows of a file, by column, whatever stands above its header."""
    rows = list(csv.reader(io.StringIO(path.read_bytes().decode("cp1252"), newline="")))
    top = next(at for at, row in enumerate(rows) if "URN" in row)
    return [dict(zip(rows[top], row, strict=True)) for row in rows[top + 1 :]]


def _came_from(sample: Loaded) -> dict[int, set[int]]:
    """Schools by URN, each with those it came from that are no longer there."""
    found: dict[int, set[int]] = defaultdict(set)
    for row in _lines(next(sample.folder.glob("links_*.csv"))):
        former = int(row["LinkURN"])
        if row["LinkType"].startswith("Predecessor") and row["URN"].isdigit() and former not in sample.evidence.schools:
            found[int(row["URN"])].add(former)
    return found


def _held_before(sample: Loaded) -> dict[int, set[str]]:
    """The days of inspections that the snapshot tells of schools that are no longer there, by URN."""
    found: dict[int, set[str]] = defaultdict(set)
    for row in _lines(next(sample.folder.glob("outcomes_*.csv")))[:-1]:  # the last one is rejected
        if int(row["URN"]) not in sample.evidence.schools:
            found[int(row["URN"])].add(row["Inspection start date"])
    return found


def _memberships(sample: Loaded) -> list[dict[str, str]]:
    """The rows of the register's history of memberships, but for the last one, which is rejected."""
    return _lines(next(sample.folder.glob("memberships_*.csv")))[:-1]


def _moved(sample: Loaded) -> dict[int, tuple[str, str, str]]:
    """Schools that the newer monthly file shows in another trust, by URN: both trusts, and when it joined the second.

    That is the day of the file, for want of the register's.
    """
    older, newer = (
        {row["URN"]: row["Multi-academy trust UID"] for row in _lines(path)} for path, _ in ofsted_files(sample.folder)
    )
    shown = ofsted_files(sample.folder)[1][1]
    days = {(row["URN"], row["Group UID"]): row["Date Joined Group"] for row in _memberships(sample)}
    joined = {key: dt.datetime.strptime(day, "%d-%m-%Y").date() for key, day in days.items()}  # noqa: DTZ007 - a day
    moved = {
        urn: (older.get(urn, "NULL"), uid, joined.get((urn, uid), shown).isoformat()) for urn, uid in newer.items()
    }
    return {int(urn): each for urn, each in moved.items() if each[0] != each[1] and "NULL" not in each[:2]}


def _ids(sample: Loaded, scheme: str) -> dict[int, tuple[str, str]]:
    return {urn: (one["id"], one["facts_version"]) for urn, one in assessments(sample.platform, scheme).items()}


def _identity(urn: int, inspection: Document) -> tuple[str, str]:
    return (str(urn), inspection["number"] or inspection["starts_on"])


def test_the_free_meal_estimate_of_all_tiers_is_that_of_all_schools(sample: Loaded) -> None:
    of_schools = sample.platform.get("inspection", "/v1/statistics/disadvantage", by="region")
    of_tiers = sample.platform.get("triage", "/v1/statistics/disadvantage", by="region")
    (proposed,) = (table for table in of_tiers["tables"] if table["basis"] == "proposed")
    (total,) = (cell for cell in proposed["total"] if cell["tier"] == "total")

    told, expected = total["fsm_ever6_estimate"], of_schools["total"]["fsm_ever6_estimate"]
    schools_not_open = told.pop("schools_missing") - expected.pop("schools_missing")
    assert told == expected
    assert schools_not_open == total["schools"] - of_schools["total"]["schools"]
    assert told["schools_counted"] > 100
    assert of_tiers["census"] == dict.fromkeys(("first", "last"), of_schools["census"]["period"])
