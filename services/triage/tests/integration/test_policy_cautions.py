"""What a draft is warned of before it comes into force, and its document, which can be posted again."""

from datetime import timedelta
from typing import Any

import pytest
from services.triage.tests.conftest import Service
from services.triage.tests.drafting import OFFICIAL, VERSIONS, drafted, next_version, stepped, stricter

from shared.clock import today
from shared.testing.plugin import CloneDatabase, DatabaseUrls
from triage.migrate import SERVICE_DIR

Document = dict[str, Any]


@pytest.fixture
def urls(cloned_database: CloneDatabase) -> DatabaseUrls:
    """A database of its own: a version that is added cannot be taken away."""
    return cloned_database("triage", SERVICE_DIR)


def day(after: int) -> str:
    return (today() + timedelta(days=after)).isoformat()


def told(version: Document) -> list[tuple[str, str]]:
    return [(each["pointer"], each["code"]) for each in version["cautions"]]


async def of_days(service: Service, first: int, last: int | None) -> Document:
    """A draft to be in force on these days from today."""
    ends = None if last is None else day(last)
    return await drafted(service, {**await next_version(service), "in_force": {"from": day(first), "to": ends}})


class TestDaysWithoutAVersion:
    async def test_none_where_none_are_left(self, service: Service) -> None:
        assert (await of_days(service, 5, None))["cautions"] == []
        assert (await service.get(f"{VERSIONS}/1", OFFICIAL)).json()["cautions"] == []

    async def test_after_it_is_told_of_the_draft_and_once_it_is_active(self, service: Service) -> None:
        made = await of_days(service, 5, 9)
        expected = {
            "pointer": "/in_force/to",
            "detail": f"From {day(10)} until another is brought into force no version of the scheme is in force.",
            "code": "uncovered_days",
        }
        assert made["cautions"] == [expected]
        assert made["uncovered_from"] is None
        activated = await stepped(service, 2, "activation")
        assert (activated["cautions"], activated["uncovered_from"]) == ([expected], day(10))

    async def test_on_both_sides(self, service: Service) -> None:
        for first, last in ((5, 9), (30, None)):
            made = await of_days(service, first, last)
            await stepped(service, made["version"], "activation")
        between = await of_days(service, 12, 19)
        assert [each["detail"] for each in between["cautions"]] == [
            f"From {day(10)} to {day(11)} no version of the scheme is in force.",
            f"From {day(20)} to {day(29)} no version of the scheme is in force.",
        ]
        assert told(await of_days(service, 10, 29)) == []

    async def test_what_activating_would_be_refused_for(self, service: Service) -> None:
        await of_days(service, 5, None)
        other = await of_days(service, 3, None)
        assert told(other) == []
        await stepped(service, 2, "activation")
        shown = (await service.get(f"{VERSIONS}/3", OFFICIAL)).json()
        assert told(shown) == [("/in_force", "overlap")]
        answer = await service.post(f"{VERSIONS}/3/activation", {"reason": "x"}, OFFICIAL)
        assert answer.json()["detail"] == shown["cautions"][0]["detail"]


class TestTheOrderOfRules:
    async def test_is_told_of_the_draft_at_activation_and_on_the_page(self, service: Service) -> None:
        document = await next_version(service)
        document["rules"].insert(2, document["rules"].pop(5))
        made = await drafted(service, document)
        assert document["rules"][2]["id"] == "safeguarding"
        assert told(made) == [("/rules/3", "less_before_more"), ("/rules/4", "less_before_more")]
        assert made["cautions"][0]["detail"] == (
            "no_progress_after_support proposes more than safeguarding, before it: where both hold, the lesser result"
            " is proposed."
        )
        page = await service.get(f"{VERSIONS}/2", {**OFFICIAL, "Accept": "text/html"})
        assert "Warning: no_progress_after_support proposes more than safeguarding" in page.text
        await drafted(service, document)
        assert (await stepped(service, 2, "activation"))["cautions"] == made["cautions"]
        assert (await stepped(service, 3, "withdrawal"))["cautions"] == []


class TestTheDocument:
    async def test_can_be_posted_again_as_it_is(self, service: Service) -> None:
        document = {**stricter(await next_version(service)), "support_months": {"stuck": 12}}
        first = await drafted(service, document)
        again = await drafted(service, first["document"])
        assert (first["version"], again["version"]) == (2, 3)
        assert again["document"] == first["document"]
        stored = await service.rows("SELECT document - 'version' AS document FROM policy_versions WHERE version > 1"
                                    " AND scheme = 'ippr-2023' ORDER BY version")  # fmt: skip
        assert stored[0].document == stored[1].document

    @pytest.mark.parametrize(("scheme", "version"), [("ippr-2023", 1), ("rise-2025", 1), ("rise-2025", 2)])
    async def test_of_the_package_with_another_day(self, service: Service, scheme: str, version: int) -> None:
        versions = f"/v1/policies/{scheme}/versions"
        held = (await service.get(f"{versions}/{version}", OFFICIAL)).json()
        document = {**held["document"], "in_force": {"from": day(1)}}
        answer = await service.post(versions, document, OFFICIAL)
        assert answer.status_code == 201, answer.text
        made = answer.json()
        assert (made["rules"], made["parameters"]) == (held["rules"], held["parameters"])
