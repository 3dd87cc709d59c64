"""A filter that names nothing there is: an error that says which and what, in every form of every list."""

import httpx
from services.inspection.tests.integration.reads.rows import Register

FORMS = ("application/json", "application/x-ndjson", "text/csv")
JSON_ALONE = {"/v1/data-quality/summary", "/v1/local-authorities"}
UNKNOWN = [
    ("/v1/schools", "trust", "5144"),
    ("/v1/schools", "trust", "St Mary"),
    ("/v1/trusts", "kind", "guild"),
    ("/v1/trusts", "kind", "federation"),
    ("/v1/trusts", "status", "asleep"),
    ("/v1/inspections", "urn", "100009"),
    ("/v1/inspections", "category", "XX"),
    ("/v1/inspections", "framework", "ofsted"),
    ("/v1/data-quality", "urn", "100009"),
    ("/v1/data-quality/summary", "urn", "100009"),
    ("/v1/local-authorities", "region", "Narnia"),
]


async def test_names_the_parameter_and_the_value(reader: httpx.AsyncClient, register: Register) -> None:
    register.trust("5144", kind="federation")
    register.school(100001, trust="5143")

    for path, parameter, value in UNKNOWN:
        for form in FORMS[:1] if path in JSON_ALONE else FORMS:
            answer = await reader.get(path, params={parameter: value}, headers={"Accept": form})
            assert answer.status_code == 422, (path, parameter, form)
            assert answer.headers["content-type"] == "application/problem+json"
            (told,) = answer.json()["errors"]
            assert (told["pointer"], told["code"]) == (parameter, "unknown_code")
            assert value in told["detail"]


async def test_one_that_is_there_and_has_nothing_is_an_empty_list(
    reader: httpx.AsyncClient, register: Register
) -> None:
    register.trust("5143")
    register.school(100001)

    for path, asked in (
        ("/v1/schools", {"trust": "5143"}),
        ("/v1/inspections", {"urn": "100001"}),
        ("/v1/trusts", {"kind": "single_academy_trust"}),
    ):
        page, lines, table = [await reader.get(path, params=asked, headers={"Accept": form}) for form in FORMS]
        assert page.json()["data"] == []
        assert lines.text == ""
        assert len(table.text.splitlines()) == 1
