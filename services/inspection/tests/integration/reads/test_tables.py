"""Lists as CSV over HTTP: flat, whole, eras apart."""

import csv

import httpx
from services.inspection.tests.integration.reads.rows import Register

TABLE = {"Accept": "text/csv"}


async def rows(client: httpx.AsyncClient, path: str) -> list[dict[str, str]]:
    answer = await client.get(path, headers=TABLE)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    found = list(csv.DictReader(answer.text.splitlines()))
    return [{name: cell for name, cell in row.items() if cell} for row in found]


async def test_without_a_token_there_is_no_table(anonymous: httpx.AsyncClient) -> None:
    for path in ("/v1/inspections", "/v1/trusts"):
        assert (await anonymous.get(path, headers=TABLE)).status_code == 401


async def test_inspections_keep_older_grades_and_report_cards_apart(
    reader: httpx.AsyncClient, register: Register
) -> None:
    register.school(100001)
    register.inspection(100001, grades={"quality_of_education": 3, "early_years": 8}, warnings=["category_missing"])
    register.card(100001, grades={"early_years": "not_applicable"})

    card, older = await rows(reader, "/v1/inspections?urn=100001")

    assert (older["older_quality_of_education"], older["overall"], older["warnings"]) == ("3", "2", "category_missing")
    assert older["older_early_years_reason"] == "does_not_apply"
    assert not {name for name in older if name.startswith("report_card_")}
    assert (card["report_card_inclusion"], card["report_card_early_years"]) == ("expected_standard", "not_applicable")
    assert not {name for name in card if name.startswith("older_")}
    assert (card["published_reason"], card["source_as_at"]) == ("not_in_source", "2026-05-31")


async def test_trusts_are_filtered_as_the_list_is(reader: httpx.AsyncClient, register: Register) -> None:
    register.trust("5143", name="=Oak Trust", trn="TR00814")
    register.trust("17", status="closed")
    register.school(100001, trust="5143")

    (trust,) = await rows(reader, "/v1/trusts?status=open")

    assert (trust["uid"], trust["name"], trust["trn"], trust["schools"]) == ("5143", "'=Oak Trust", "TR00814", "1")
