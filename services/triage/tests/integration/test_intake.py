"""Following the inspection service: what changed is looked up once and kept, what cannot be read holds nothing up."""

from services.triage.tests.conftest import Service
from services.triage.tests.documents import facts, graded


class TestIntake:
    async def test_keeps_each_school_once(self, service: Service) -> None:
        service.inspection.put(facts(100001, graded()), facts(100002))
        service.inspection.put(facts(100001, graded(overall=3)))
        caught_up = await service.consumer.catch_up()
        assert caught_up.reached_head
        assert service.inspection.lookups == [[100001, 100002]]
        rows = await service.rows(
            "SELECT urn, facts, region, la_code, trust_uid, body_org FROM school_facts ORDER BY urn"
        )
        assert [tuple(row[2:]) for row in rows] == [("London", "201", "5143", "trust:5143")] * 2
        assert rows[0].facts["inspections"][0]["overall"] == 3

    async def test_the_same_facts_again_change_nothing(self, service: Service) -> None:
        await service.load(facts(100001, graded()))
        before = await service.rows("SELECT xmin, received_at FROM school_facts")
        await service.load(facts(100001, graded()))
        assert await service.rows("SELECT xmin, received_at FROM school_facts") == before

    async def test_asks_for_a_thousand_at_a_time(self, service: Service) -> None:
        await service.load(*(facts(100_000 + place) for place in range(1500)))
        assert [len(urns) for urns in service.inspection.lookups] == [1000, 500]
        assert (await service.rows("SELECT count(*) FROM school_facts"))[0][0] == 1500

    async def test_events_of_other_kinds_are_passed_over(self, service: Service) -> None:
        service.inspection.tell("inspection.import.finished", "x")
        assert (await service.consumer.catch_up()).reached_head
        assert service.inspection.lookups == []

    async def test_a_document_that_cannot_be_read_does_not_hold_up_the_others(self, service: Service) -> None:
        broken = {**facts(100001, graded()), "inspections": [{"id": "x"}]}
        await service.load(broken, facts(100002))
        assert [row.urn for row in await service.rows("SELECT urn FROM school_facts")] == [100002]

    async def test_a_school_that_is_not_in_the_register_any_more_is_kept(self, service: Service) -> None:
        await service.load(facts(100001))
        service.inspection.documents.clear()
        service.inspection.tell("inspection.school.changed", "100001")
        assert (await service.consumer.catch_up()).reached_head
        assert len(await service.rows("SELECT 1 FROM school_facts")) == 1

    async def test_upstream_down_is_told_and_nothing_is_lost(self, service: Service) -> None:
        service.inspection.put(facts(100001))
        service.inspection.down = True
        assert not (await service.consumer.catch_up()).reached_head
        service.inspection.down = False
        assert (await service.consumer.catch_up()).reached_head
        assert len(await service.rows("SELECT 1 FROM school_facts")) == 1

    async def test_a_body_the_source_does_not_name_opens_nothing(self, service: Service) -> None:
        unnamed = {"kind": "trust", "id": None, "reason": "not_in_source", "name": None}
        other = {"kind": "other", "id": "9", "name": "A charity"}
        await service.load(facts(100001, responsible_body=unnamed), facts(100002, responsible_body=other))
        assert [row.body_org for row in await service.rows("SELECT body_org FROM school_facts")] == [None, None]
