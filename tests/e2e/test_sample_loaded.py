"""The sample through the front door: each row accounted for, each school judged as our own reading judges it."""

from __future__ import annotations

import datetime as dt
from collections import Counter

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


def _ids(sample: Loaded, scheme: str) -> dict[int, tuple[str, str]]:
    return {urn: (one["id"], one["facts_version"]) for urn, one in assessments(sample.platform, scheme).items()}


def _identity(urn: int, inspection: Document) -> tuple[str, str]:
    return (str(urn), inspection["number"] or inspection["starts_on"])
