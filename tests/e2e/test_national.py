"""All of England: the national files, every school against the independent reading, and the round proved again."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator

import pytest
from tests.e2e.comparing import assessments, differences, excerpt
from tests.e2e.conftest import SCHEMES, Loaded
from tests.e2e.oracle import assess_all, ofsted_files, read_evidence
from tests.e2e.oracle.eligibility import read_register, school_outcomes, trust_outcomes
from tests.e2e.oracle.history import Tiers, tier_outcomes
from tests.e2e.platform import Document
from tests.e2e.solving import best_suitability, most_matched, read_round

pytestmark = [pytest.mark.national, pytest.mark.timeout(1200)]


class TestTheRegister:
    def test_counts(self, national: Loaded) -> None:
        platform = national.platform
        schools = platform.get("inspection", "/v1/schools", limit=1, include_total="true")
        with_card = platform.get("inspection", "/v1/schools", limit=1, include_total="true", has_report_card="true")
        authorities = platform.get("inspection", "/v1/local-authorities", limit=200)
        regions = platform.get("inspection", "/v1/regions")
        assert schools["paging"]["total"] == 21_990
        assert with_card["paging"]["total"] == 1_326
        assert len(authorities["data"]) == 153
        assert len(regions["data"]) == 9

    def test_trusts(self, national: Loaded) -> None:
        run_by = Counter(
            school["trust"]["uid"]
            for school in national.platform.stream("inspection", "/v1/schools")
            if school["trust"] is not None and school["trust"]["uid"] is not None
        )
        assert (len(run_by), sum(run_by.values())) == (1_257, 10_679)

    def test_nothing_was_rejected_of_the_monthly_files(self, national: Loaded) -> None:
        for one in national.evidence.files:
            rows = national.imports[one.name]["rows"]
            assert (rows["read"], rows["rejected"]) == (21_990, 0), one.name


class TestEverySchool:
    @pytest.mark.parametrize("scheme", SCHEMES)
    def test_is_judged_as_the_independent_reading_judges_it(self, national: Loaded, scheme: str) -> None:
        found = differences(assessments(national.platform, scheme), national.expected, scheme)
        assert not found, excerpt(found)

    def test_the_anchor_of_the_specification_holds_for_our_reading(self, national: Loaded) -> None:
        first = national.evidence.files[0]
        evidence = read_evidence([(national.folder / "ofsted" / first.name, first.as_at)])
        results = assess_all(evidence, dt.date(2026, 6, 1)).values()
        enhanced = [one for one in results if one.ippr == "enhanced_support"]
        assert (len(enhanced), sum(one.predecessor_evidence for one in enhanced)) == (1_789, 474)


class TestEligibility:
    """`tsi-2022-23` on the last day of its year, by the files alone."""

    AS_OF = dt.date(2023, 8, 31)

    def test_of_every_school(self, national: Loaded) -> None:
        register = read_register(ofsted_files(national.folder))
        expected = school_outcomes(national.evidence, register, self.AS_OF)
        told = {one["urn"]: one["by_criteria"] for one in self._listed(national, "schools")}
        wrong = [f"{urn}: {expected.get(urn)}, told {told.get(urn)}" for urn in sorted(expected)
                 if expected[urn] != told.get(urn)]  # fmt: skip
        assert not wrong, excerpt(wrong)
        assert set(told) == set(expected)
        assert Counter(expected.values())["eligible"] == 275

    def test_of_every_trust_with_both_denominators(self, national: Loaded) -> None:
        register = read_register(ofsted_files(national.folder))
        expected = trust_outcomes(national.evidence, register, self.AS_OF)
        told = {one["uid"]: one for one in self._listed(national, "trusts")}
        assert set(told) == set(expected)
        wrong = []
        differing = 0
        for uid, one in expected.items():
            document = told[uid]
            roll = tuple(school["urn"] for school in document["schools"])
            shares = next(rule for rule in document["rules"] if rule["rule"] == "share_below_good")["inputs"]
            by = {name: (share["weak"], share["of"]) for name, share in shares["denominators"].items()}
            known = {name: share for name, share in one.shares.items() if share is not None}
            if (document["by_criteria"], roll) != (one.result, one.roll) or any(
                by[name] != known[name] for name in known
            ):
                wrong.append(f"{uid}: expected {one}, told {document['by_criteria']}, {by}")
            holds = {share["holds"] for share in shares["denominators"].values()}
            differing += holds == {True, False}
            assumed = {each["urn"] for each in document["assumptions"] if each["code"] == "joining_date"}
            assert assumed == set(roll), uid
        assert not wrong, excerpt(wrong)
        assert differing > 0

    def _listed(self, national: Loaded, kind: str) -> Iterator[Document]:
        query = {"programme": "tsi-2022-23", "as_of": self.AS_OF.isoformat()}
        return national.platform.stream("triage", f"/v1/eligibility/{kind}", **query)


class TestTiersOfHistory:
    """`sio-2019-20` at the end of its year, of the later programme's, and where most inspections are shown."""

    @pytest.mark.parametrize("as_of", [dt.date(2020, 8, 31), dt.date(2023, 8, 31), dt.date(2026, 6, 1)], ids=str)
    def test_of_every_school(self, national: Loaded, as_of: dt.date) -> None:
        expected = tier_outcomes(national.evidence, read_register(ofsted_files(national.folder)), as_of)
        query = {"programme": "sio-2019-20", "as_of": as_of.isoformat()}
        told = {
            one["urn"]: Tiers(one["by_criteria"], tuple(one["possible_tiers"]))
            for one in national.platform.stream("triage", "/v1/eligibility/schools", **query)
        }
        wrong = [f"{urn}: expected {expected[urn]}, told {told.get(urn)}"
                 for urn in sorted(expected) if expected[urn] != told.get(urn)]  # fmt: skip
        assert not wrong, excerpt(wrong)
        assert set(told) == set(expected)
        assert sum(one.result == "eligible" for one in expected.values()) > 0


@pytest.fixture(scope="module")
def solved(national: Loaded) -> Document:
    return national.platform.match()


class TestTheRound:
    def test_takes_every_enhanced_need(self, national: Loaded, solved: Document) -> None:
        enhanced = sum(one.ippr == "enhanced_support" for one in national.expected.values())
        assert solved["needs"] == enhanced
        assert solved["matched"] + solved["unmatched"] == enhanced

    def test_is_optimal_and_says_so(self, national: Loaded, solved: Document) -> None:
        path = f"/v1/matching-rounds/{solved['id']}"
        pairs = list(national.platform.stream("brokering", f"{path}/pairs"))
        leaders = {one["id"]: one for one in national.platform.stream("brokering", "/v1/leaders")}
        given = read_round(pairs, leaders)
        matched = most_matched(given)
        assert solved["optimal"] is True
        assert (solved["pairs"], solved["matched"]) == (len(pairs), matched)
        assert solved["total_suitability"] == best_suitability(given, matched)

    def test_overbooks_nobody_and_proposes_only_feasible_pairs(self, national: Loaded, solved: Document) -> None:
        path = f"/v1/matching-rounds/{solved['id']}"
        feasible = {(pair["need_id"], pair["leader_id"]): pair["suitability"]
                    for pair in national.platform.stream("brokering", f"{path}/pairs")}  # fmt: skip
        leaders = {one["id"]: one for one in national.platform.stream("brokering", "/v1/leaders")}
        proposals = list(national.platform.stream("brokering", f"{path}/proposals"))
        load = Counter(one["leader_id"] for one in proposals)
        assert len({one["need_id"] for one in proposals}) == len(proposals) == solved["matched"]
        assert all(feasible[one["need_id"], one["leader_id"]] == one["suitability"] for one in proposals)
        assert sum(one["suitability"] for one in proposals) == solved["total_suitability"]
        for leader, count in load.items():
            assert count <= leaders[leader]["max_concurrent"]
            assert count * 10 <= leaders[leader]["days_available"]
