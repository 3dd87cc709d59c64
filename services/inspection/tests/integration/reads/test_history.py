"""Lineage, memberships and inspections over HTTP."""

from datetime import date

import httpx
import orjson
import pytest
from services.inspection.tests.integration.reads.rows import Register

from inspection.inspections.schemas import HistoryInspection, Inspection, InspectionVersions
from inspection.schools.schemas import Membership, SchoolLineage
from shared.ids import new_id


class TestLineage:
    async def test_a_merger_is_told_as_ambiguous_with_names_from_links(
        self, reader: httpx.AsyncClient, register: Register
    ) -> None:
        register.school(100003, name="Merged School")
        register.school(100001, name="Infant School", status="closed")
        register.link(100001, 100003, "successor_merged")
        register.link(100002, 100003, "successor_merged")

        document = (await reader.get("/v1/schools/100003/lineage")).json()

        SchoolLineage.model_validate(document, extra="forbid")
        assert [source["as_at"] for source in document["sources"]] == ["2026-05-31"]
        assert [(m["urn"], m["relation"], m["name"], m["in_register"]) for m in document["members"]] == [
            (100001, "predecessor", "Infant School", True),
            (100002, "predecessor", None, False),
            (100003, "self", "Merged School", True),
        ]
        assert document["ambiguous"] is True
        (fork,) = document["ambiguities"]
        assert (fork["urn"], fork["relation"], fork["urns"]) == (100003, "predecessor", [100001, 100002])
        assert fork["why"] == "merger"
        assert "100003 has 2 predecessors (100001, 100002)" in fork["text"]

    async def test_a_split_gives_both_successors(self, reader: httpx.AsyncClient, register: Register) -> None:
        register.school(100001)
        register.link(100001, 100002, name="New North")
        register.link(100001, 100003, name="New South")

        document = (await reader.get("/v1/schools/100001/lineage")).json()

        assert [(m["urn"], m["name"]) for m in document["members"]] == [
            (100001, "School 100001"),
            (100002, "New North"),
            (100003, "New South"),
        ]
        assert document["ambiguous"] is True

    async def test_a_cycle_ends_and_is_reported(self, reader: httpx.AsyncClient, register: Register) -> None:
        register.school(100001)
        register.school(100002)
        register.link(100001, 100002)
        register.link(100002, 100001)

        document = (await reader.get("/v1/schools/100001/lineage")).json()

        assert document["cycles"] == [[100001, 100002]]
        assert sorted(m["urn"] for m in document["members"]) == [100001, 100002]

    async def test_no_links_is_a_chain_of_one_and_no_school_is_404(
        self, reader: httpx.AsyncClient, register: Register
    ) -> None:
        register.school(100001)

        document = (await reader.get("/v1/schools/100001/lineage")).json()

        assert [member["urn"] for member in document["members"]] == [100001]
        assert document["ambiguous"] is False
        assert (await reader.get("/v1/schools/100009/lineage")).status_code == 404


class TestHistory:
    async def test_it_runs_over_predecessors_newest_first(self, reader: httpx.AsyncClient, register: Register) -> None:
        for urn in (100001, 100002, 100003):
            register.school(urn)
        register.link(100001, 100002)
        register.link(100002, 100003)
        own = register.inspection(100003, starts_on=date(2023, 1, 1))
        older = register.inspection(100001, starts_on=date(2015, 1, 1), framework="pre-eif")
        newer = register.inspection(100002, starts_on=date(2019, 10, 1))

        history = (await reader.get("/v1/schools/100003/inspections")).json()["data"]

        assert [item["id"] for item in history] == [str(own), str(newer), str(older)]
        assert [item["from_predecessor"] for item in history] == [False, True, True]
        assert [item["relates_to_current_urn"] for item in history] == [True, False, False]
        assert [item["urn"] for item in history] == [100003, 100002, 100001]
        HistoryInspection.model_validate(history[0], extra="forbid")
        assert len((await reader.get("/v1/schools/100001/inspections")).json()["data"]) == 1

    async def test_an_inspection_on_two_rows_is_told_once_by_the_schools_own(
        self, reader: httpx.AsyncClient, register: Register
    ) -> None:
        register.school(100001)
        register.school(100002)
        register.link(100001, 100002)
        same = {"starts_on": date(2018, 5, 1), "framework": "pre-eif", "urn_at_inspection": 100001}
        register.inspection(100001, number="ITS1", **same)
        own = register.inspection(100002, number="ITS1", relates_to_current_urn=False, **same)
        numbered = register.inspection(100002, number="ITS0", **{**same, "starts_on": date(2012, 5, 1)})
        register.inspection(100001, number=None, **{**same, "starts_on": date(2012, 5, 1)})

        answer = (await reader.get("/v1/schools/100002/inspections", params={"include_total": "true"})).json()

        assert [item["id"] for item in answer["data"]] == [str(own), str(numbered)]
        assert answer["data"][0]["relates_to_current_urn"] is False
        assert answer["data"][0]["urn_at_inspection"] == 100001
        assert answer["paging"]["total"] == 2

    async def test_a_cycle_of_links_does_not_run_for_ever(self, reader: httpx.AsyncClient, register: Register) -> None:
        for urn in (100001, 100002):
            register.school(urn)
            register.inspection(urn)
        register.link(100001, 100002)
        register.link(100002, 100001)

        assert len((await reader.get("/v1/schools/100001/inspections")).json()["data"]) == 2

    @pytest.mark.parametrize("query", [{}, {"as_of": "2026-06-30"}])
    async def test_a_link_that_is_cut_leads_to_no_inspection(
        self, reader: httpx.AsyncClient, register: Register, query: dict[str, str]
    ) -> None:
        for urn in (100000, 100001, 100002, 100003):
            register.school(urn)
            register.inspection(urn, starts_on=date(2024, 3, 5))
        register.link(100000, 100001)
        register.link(100001, 100003, "successor_merged")
        register.link(100002, 100003, "successor_merged")
        register.link(100003, 100001, on=date(2025, 9, 1), cut=True)

        async def history(urn: int) -> list[int]:
            data = (await reader.get(f"/v1/schools/{urn}/inspections", params=query)).json()["data"]
            return sorted(item["urn"] for item in data)

        assert await history(100001) == [100000, 100001]
        assert await history(100003) == [100000, 100001, 100002, 100003]

    async def test_pages_hold_every_inspection_once(self, reader: httpx.AsyncClient, register: Register) -> None:
        register.school(100001)
        made = {str(register.inspection(100001, number=str(n), starts_on=date(2020, 1, 1))) for n in range(7)}
        seen: list[str] = []
        url: str | None = "/v1/schools/100001/inspections?limit=2"
        while url:
            page = (await reader.get(url)).json()
            seen += [item["id"] for item in page["data"]]
            url = page["paging"]["next_url"]

        assert len(seen) == 7
        assert set(seen) == made

    async def test_a_school_without_inspections_is_empty_and_no_school_is_404(
        self, reader: httpx.AsyncClient, register: Register
    ) -> None:
        register.school(100001)

        assert (await reader.get("/v1/schools/100001/inspections")).json()["data"] == []
        assert (await reader.get("/v1/schools/100009/inspections")).status_code == 404


class TestWhatAPredecessorAdds:
    """Up to the date of the link, or the successor's opening, or the predecessor's closure."""

    @staticmethod
    async def urns(reader: httpx.AsyncClient, urn: int) -> list[tuple[int, str]]:
        answer = await reader.get(f"/v1/schools/{urn}/inspections", params={"include_total": "true"})
        data, total = answer.json()["data"], answer.json()["paging"]["total"]
        then = (await reader.get(f"/v1/schools/{urn}/inspections", params={"as_of": "2026-06-30"})).json()["data"]
        assert [item["id"] for item in then] == [item["id"] for item in data]
        assert len(data) == total
        return sorted((item["urn"], item["starts_on"][:4]) for item in data)

    @pytest.mark.parametrize(
        ("link", "opening"),
        [(date(2016, 9, 1), None), (None, date(2016, 9, 1)), (date(2016, 9, 1), date(2010, 9, 1))],
        ids=["date of the link", "opening", "the link's date comes first"],
    )
    async def test_after_a_split_what_the_one_that_stayed_open_went_through_is_its_own(
        self, reader: httpx.AsyncClient, register: Register, link: date | None, opening: date | None
    ) -> None:
        register.school(100001)
        register.school(100002, open_date=opening)
        register.link(100001, 100002, "successor_split_school", on=link)
        register.inspection(100001, starts_on=date(2023, 7, 4))
        register.inspection(100001, starts_on=date(2014, 5, 6), framework="pre-eif")
        register.outcome(100001, date(2018, 5, 6))
        register.outcome(100001, date(2011, 5, 6))

        assert await self.urns(reader, 100002) == [(100001, "2011"), (100001, "2014")]
        assert [year for _, year in await self.urns(reader, 100001)] == ["2011", "2014", "2018", "2023"]

    async def test_a_conversion_and_a_merger_keep_all_that_was_before(
        self, reader: httpx.AsyncClient, register: Register
    ) -> None:
        register.school(100003, open_date=date(2016, 9, 1))
        for urn in (100001, 100002):
            register.school(urn, status="closed", close_date=date(2016, 8, 31))
            register.link(urn, 100003, "successor_merged")
            register.inspection(urn, starts_on=date(2016, 9, 1), framework="pre-eif")
            register.inspection(urn, starts_on=date(2010, 3, 1), framework="pre-eif")

        assert await self.urns(reader, 100003) == [
            (100001, "2010"),
            (100001, "2016"),
            (100002, "2010"),
            (100002, "2016"),
        ]

    async def test_without_both_dates_the_closure_bounds_and_without_that_nothing(
        self, reader: httpx.AsyncClient, register: Register
    ) -> None:
        for urn in (100001, 100002, 100003):
            register.school(urn, close_date=date(2016, 8, 31) if urn == 100001 else None)
            register.inspection(urn, starts_on=date(2020, 3, 1), number=str(urn))
        register.link(100001, 100003)
        register.link(100002, 100003)

        assert await self.urns(reader, 100003) == [(100002, "2020"), (100003, "2020")]

    async def test_the_earliest_date_on_the_way_bounds_an_ancestor_and_of_two_ways_the_later_one(
        self, reader: httpx.AsyncClient, register: Register
    ) -> None:
        for urn in (100001, 100002, 100003):
            register.school(urn)
        register.link(100001, 100002, on=date(2018, 9, 1))
        register.link(100002, 100003, on=date(2012, 9, 1))
        register.inspection(100001, starts_on=date(2011, 3, 1), framework="pre-eif")
        register.inspection(100001, starts_on=date(2015, 3, 1), framework="pre-eif")

        assert await self.urns(reader, 100003) == [(100001, "2011")]
        assert await self.urns(reader, 100002) == [(100001, "2011"), (100001, "2015")]

        register.link(100001, 100003, "successor_merged", on=date(2016, 9, 1))
        assert await self.urns(reader, 100003) == [(100001, "2011"), (100001, "2015")]


class TestTwoPredecessors:
    async def test_both_histories_are_shown_and_it_is_said(self, reader: httpx.AsyncClient, register: Register) -> None:
        for urn in (100001, 100002, 100003):
            register.school(urn)
        register.link(100001, 100003, "successor_merged")
        register.link(100002, 100003, "successor_merged")
        for urn in (100001, 100002):
            register.inspection(urn, starts_on=date(2015, 3, 3), framework="pre-eif")

        answer = (await reader.get("/v1/schools/100003/inspections")).json()

        assert [item["urn"] for item in answer["data"]] == [100002, 100001]
        assert answer["ambiguous"] is True
        assert [(fork["why"], fork["urns"]) for fork in answer["ambiguities"]] == [("merger", [100001, 100002])]
        assert (await reader.get("/v1/schools/100001/inspections")).json()["ambiguous"] is False


class TestTrustAtInspection:
    async def test_before_and_after_joining_are_told_apart(self, reader: httpx.AsyncClient, register: Register) -> None:
        register.trust("7", name="Earlier Trust")
        register.trust("8", name="Present Trust")
        register.school(100001, trust="8")
        register.membership(100001, "7", date(2015, 9, 1), date(2021, 9, 1))
        register.membership(100001, "8", date(2021, 9, 1))
        days = {"maintained": date(2014, 5, 1), "last day before": date(2021, 8, 31), "first day": date(2021, 9, 1)}
        for day in days.values():
            register.inspection(100001, starts_on=day)

        data = (await reader.get("/v1/schools/100001/inspections")).json()["data"]

        found = {item["starts_on"]: item for item in data}
        first, before, maintained = (found[str(days[name])] for name in ("first day", "last day before", "maintained"))
        assert first["trust_at_inspection"] == {"uid": "8", "name": "Present Trust", "assumed": False}
        assert (before["trust_at_inspection"]["uid"], before["before_joining_current_trust"]) == ("7", True)
        assert first["before_joining_current_trust"] is False
        assert (maintained["trust_at_inspection"], maintained["before_joining_current_trust"]) == (None, True)

    async def test_a_school_in_no_trust_has_no_joining(self, reader: httpx.AsyncClient, register: Register) -> None:
        register.school(100001)
        register.inspection(100001)

        (item,) = (await reader.get("/v1/schools/100001/inspections")).json()["data"]

        assert (item["trust_at_inspection"], item["before_joining_current_trust"]) == (None, None)

    async def test_an_inspection_of_the_predecessor_is_before_joining_unless_it_was_in_the_same_trust(
        self, reader: httpx.AsyncClient, register: Register
    ) -> None:
        register.trust("8")
        register.school(100001)
        register.school(100002, trust="8")
        register.link(100001, 100002)
        register.membership(100002, "8", date(2020, 9, 1))
        register.inspection(100002, urn_at_inspection=100001, relates_to_current_urn=False, starts_on=date(2019, 3, 1))
        url = "/v1/schools/100002/inspections"

        (item,) = (await reader.get(url)).json()["data"]
        assert (item["trust_at_inspection"], item["before_joining_current_trust"]) == (None, True)

        register.membership(100001, "8", date(2018, 1, 1), date(2020, 9, 1))
        (item,) = (await reader.get(url)).json()["data"]
        assert (item["trust_at_inspection"]["uid"], item["before_joining_current_trust"]) == ("8", False)


class TestOutcomes:
    async def test_they_are_shown_only_where_no_full_record_is_known(
        self, reader: httpx.AsyncClient, register: Register
    ) -> None:
        register.school(100002, open_date=date(2017, 9, 1))
        register.link(100001, 100002)
        own = register.inspection(100002, starts_on=date(2023, 3, 1))
        former = register.inspection(100002, urn_at_inspection=100001, starts_on=date(2016, 3, 1), framework="pre-eif")
        register.outcome(100002, date(2023, 3, 1), 3)
        register.outcome(100001, date(2016, 3, 1))
        register.outcome(100002, date(2016, 3, 1))
        alone = register.outcome(100002, date(2018, 3, 1), 3)
        register.outcome(100002, date(2012, 3, 1))
        of_predecessor = register.outcome(100001, date(2012, 3, 1))

        answer = (await reader.get("/v1/schools/100002/inspections", params={"include_total": "true"})).json()

        data = answer["data"]
        assert [item["id"] for item in data] == [str(each) for each in (own, alone, former, of_predecessor)]
        assert [item["evidence"] for item in data] == [True, False, True, False]
        assert answer["paging"]["total"] == 4
        HistoryInspection.model_validate(data[1], extra="forbid")
        assert (data[1]["overall"], data[1]["number"], data[1]["relates_assumed"]) == (3, None, True)
        assert (data[3]["urn"], data[3]["from_predecessor"]) == (100001, True)
        one = (await reader.get(f"/v1/inspections/{alone}")).json()
        Inspection.model_validate(one, extra="forbid")
        assert one["id"] == str(alone)

    async def test_two_predecessors_inspected_on_one_day_keep_theirs(
        self, reader: httpx.AsyncClient, register: Register
    ) -> None:
        register.school(100003)
        for urn in (100001, 100002):
            register.link(urn, 100003, "successor_merged")
            register.outcome(urn, date(2014, 3, 1))

        data = (await reader.get("/v1/schools/100003/inspections")).json()["data"]

        assert sorted(item["urn"] for item in data) == [100001, 100002]

    async def test_they_are_no_facts(self, reader: httpx.AsyncClient, register: Register) -> None:
        register.school(100001)
        register.outcome(100001, date(2014, 3, 1), 4)

        facts = (await reader.post("/v1/facts/lookup", json={"urns": [100001]})).json()["data"][0]

        assert facts["inspections"] == []


class TestMemberships:
    async def test_they_run_newest_first_and_as_of_picks_the_one_of_the_day(
        self, reader: httpx.AsyncClient, register: Register
    ) -> None:
        register.trust("1")
        register.trust("2")
        register.school(100001, trust="2")
        register.membership(100001, "1", date(2018, 9, 1), date(2022, 9, 1))
        register.membership(100001, "2", date(2022, 9, 1))

        async def trusts(**parameters: str) -> list[str]:
            data = (await reader.get("/v1/schools/100001/memberships", params=parameters)).json()["data"]
            assert all(Membership.model_validate(item, extra="forbid") for item in data)
            return [item["trust"]["uid"] for item in data]

        assert await trusts() == ["2", "1"]
        assert await trusts(as_of="2022-08-31") == ["1"]
        assert await trusts(as_of="2022-09-01") == ["2"]
        assert await trusts(as_of="2018-08-31") == []
        assert (await reader.get("/v1/schools/100009/memberships")).status_code == 404


class TestInspections:
    async def test_without_a_token_it_is_401(self, anonymous: httpx.AsyncClient) -> None:
        for path in ("/v1/inspections", f"/v1/inspections/{new_id()}", f"/v1/inspections/{new_id()}/versions"):
            assert (await anonymous.get(path)).status_code == 401

    async def test_a_report_card_shows_its_areas_in_order_with_action_and_no_narrative(
        self, reader: httpx.AsyncClient, register: Register
    ) -> None:
        register.school(107848)
        grades = {"inclusion": "needs_attention", "early_years": "not_applicable"}
        made = register.card(107848, grades=grades, judged_on={"achievement": "2026-03-01"})

        document = (await reader.get(f"/v1/inspections/{made}")).json()

        Inspection.model_validate(document, extra="forbid")
        areas = {area["area"]: area for area in document["areas"]}
        assert list(areas)[:3] == ["inclusion", "curriculum_and_teaching", "achievement"]
        assert areas["inclusion"]["action_needed"] is True
        assert areas["achievement"]["action_needed"] is False
        assert (areas["inclusion"]["judged_on"], areas["achievement"]["judged_on"]) == ("2026-01-06", "2026-03-01")
        assert areas["inclusion"]["narrative"] is None
        assert areas["inclusion"]["narrative_reason"] == "not_in_source"
        assert document["published_on_reason"] == "not_in_source"
        assert document["overall_reason"] == "none_in_framework"

    async def test_codes_of_the_older_frameworks_that_are_no_grade_become_reasons(
        self, reader: httpx.AsyncClient, register: Register
    ) -> None:
        register.school(100001)
        made = register.inspection(100001, grades={"sixth_form": 9, "early_years": 8, "personal_development": None})

        areas = (await reader.get(f"/v1/inspections/{made}")).json()["areas"]

        assert [(area["area"], area["grade"], area["grade_reason"], area["judged_on"]) for area in areas] == [
            ("personal_development", None, "not_recorded", None),
            ("early_years", None, "does_not_apply", None),
            ("sixth_form", None, "not_judged", None),
        ]
        assert {area["action_needed"] for area in areas} == {None}

    async def test_an_ungraded_one_has_its_outcome(self, reader: httpx.AsyncClient, register: Register) -> None:
        register.school(100001)
        made = register.ungraded(100001, outcome_code="remains_good_concerns")

        outcome = (await reader.get(f"/v1/inspections/{made}")).json()["outcome"]

        assert outcome["concern"] is True
        assert outcome["label"] == "School remains Good (Concerns) - S5 Next"

    async def test_filters_narrow_and_ndjson_streams(self, reader: httpx.AsyncClient, register: Register) -> None:
        register.school(100001)
        register.school(100002)
        card = str(register.card(100001, category_of_concern="SM"))
        older = str(register.inspection(100002, starts_on=date(2020, 1, 1)))

        async def ids(**parameters: str) -> list[str]:
            answer = await reader.get("/v1/inspections", params=parameters, headers={"Accept": "application/x-ndjson"})
            streamed = [orjson.loads(line)["id"] for line in answer.content.splitlines()]
            paged = [item["id"] for item in (await reader.get("/v1/inspections", params=parameters)).json()["data"]]
            assert streamed == paged
            return streamed

        assert await ids() == [card, older]
        assert await ids(framework="report-card-2025") == [card]
        assert await ids(urn="100002") == [older]
        assert await ids(category="SM") == [card]
        assert await ids(starts_from="2026-01-06") == [card]
        assert await ids(starts_to="2026-01-05") == [older]
        assert (await reader.get("/v1/inspections", params={"framework": "ofsted"})).status_code == 422
        assert (await reader.get("/v1/inspections", params={"after": "WyJhIiwiYiJd"})).status_code == 422

    async def test_what_is_to_be_seen_later_is_nowhere(self, reader: httpx.AsyncClient, register: Register) -> None:
        register.school(100001)
        made = register.inspection(100001, published_on=date(2999, 1, 1))

        assert (await reader.get(f"/v1/inspections/{made}")).status_code == 404
        assert (await reader.get(f"/v1/inspections/{made}/versions")).status_code == 404
        assert (await reader.get("/v1/inspections")).json()["data"] == []
        assert (await reader.get("/v1/schools/100001/inspections")).json()["data"] == []
        assert (await reader.get("/v1/schools/100001/report-card")).json()["inspection"] is None

    async def test_versions_run_newest_first_with_the_reason_of_each_correction(
        self, reader: httpx.AsyncClient, register: Register
    ) -> None:
        register.school(100001)
        made = register.inspection(100001)
        register.replaced_version(made, 1, "The grade was keyed in wrongly.")

        answer = (await reader.get(f"/v1/inspections/{made}/versions")).json()

        InspectionVersions.model_validate(answer, extra="forbid")
        assert [(v["version"], v["current"], v["replaced_because"]) for v in answer["data"]] == [
            (2, True, None),
            (1, False, "The grade was keyed in wrongly."),
        ]
        assert answer["data"][1]["inspection"]["areas"] == answer["data"][0]["inspection"]["areas"]
