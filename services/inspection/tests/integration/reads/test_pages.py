"""The pages over HTTP: who gets one, what protects it, and what it says."""

import re
from datetime import date
from itertools import pairwise

import httpx
import pytest
from services.inspection.tests.integration.reads.rows import Register

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"}
CARD = "/v1/schools/100001/report-card"
HOSTILE = "<script>alert('x')</script> & \"O'Brien's\" Ecole d'Été"


class TestNegotiation:
    @pytest.mark.parametrize(
        ("accept", "kind"),
        [
            ("*/*", "application/json"),
            ("", "application/json"),
            ("application/json", "application/json"),
            ("application/json, text/html", "application/json"),
            ("text/html;q=0.5, application/json", "application/json"),
            ("text/html;q=0, */*", "application/json"),
            ("text/html;q=oops", "application/json"),
            ("text/html", "text/html; charset=utf-8"),
            ("text/html, */*", "text/html; charset=utf-8"),
            (BROWSER["Accept"], "text/html; charset=utf-8"),
            ("TEXT/HTML", "text/html; charset=utf-8"),
        ],
    )
    async def test_browsers_get_the_page_and_others_the_document(
        self, anonymous: httpx.AsyncClient, register: Register, accept: str, kind: str
    ) -> None:
        register.school(100001)

        answer = await anonymous.get(CARD, headers={"Accept": accept})

        assert answer.status_code == 200
        assert answer.headers["content-type"] == kind
        assert answer.headers["vary"] == "Accept"

    async def test_a_page_has_a_validator_of_its_own(self, anonymous: httpx.AsyncClient, register: Register) -> None:
        register.school(100001)
        page = await anonymous.get(CARD, headers=BROWSER)
        document = await anonymous.get(CARD)

        again = await anonymous.get(CARD, headers={**BROWSER, "If-None-Match": page.headers["etag"]})

        assert again.status_code == 304
        assert page.headers["etag"] != document.headers["etag"]


class TestKept:
    """Pages are kept beside the document that they were made from."""

    @pytest.mark.parametrize("path", ["/schools/100001", "/schools/100001/easy-read"])
    async def test_a_page_is_never_out_of_date(
        self, anonymous: httpx.AsyncClient, register: Register, path: str
    ) -> None:
        register.trust("5143", name="Hill Trust")
        register.school(100001, name="Elm School", trust="5143")
        register.card(100001)
        first = await anonymous.get(path, headers=BROWSER)
        again = await anonymous.get(path, headers=BROWSER)
        assert (again.content, again.headers["etag"]) == (first.content, first.headers["etag"])

        register.change("schools", 100001, name="Oak School")
        renamed = await anonymous.get(path, headers={**BROWSER, "If-None-Match": first.headers["etag"]})
        register.card(100001, number="2", starts_on=date(2026, 3, 3), category_of_concern="SM")
        judged = await anonymous.get(path, headers={**BROWSER, "If-None-Match": renamed.headers["etag"]})

        assert (renamed.status_code, judged.status_code) == (200, 200)
        assert "Oak School" in renamed.text
        assert "special measures" in judged.text.lower()

    async def test_all_that_stands_beside_the_card_counts(
        self, anonymous: httpx.AsyncClient, register: Register
    ) -> None:
        register.trust("5143", name="Hill Trust")
        register.school(100001, name="Elm School", trust="5143")
        register.school(100002, name="Ash School", status="closed")
        register.card(100001)

        async def seen() -> str:
            return (await anonymous.get("/schools/100001", headers=BROWSER)).text

        pages = [await seen()]
        for change in (
            lambda: register.figure(100001, "absence_percent", "2023-24", 5.1),
            lambda: register.comparisons("absence_percent", "2023-24", england=6.9),
            lambda: register.link(100002, 100001),
            lambda: register.inspection(100002, starts_on=date(2018, 2, 6), framework="pre-eif"),
            lambda: register.membership(100001, "5143", date(2022, 9, 1)),
        ):
            change()
            pages.append(await seen())

        assert len(set(pages)) == len(pages)

    async def test_a_school_does_not_get_another_ones_page(
        self, anonymous: httpx.AsyncClient, register: Register
    ) -> None:
        for urn, name in ((100001, "Elm School"), (100002, "Oak School")):
            register.school(urn, name=name)
        for path in ("/schools/{}", "/schools/{}/easy-read", "/v1/schools/{}/report-card"):
            pages = [(await anonymous.get(path.format(urn), headers=BROWSER)).text for urn in (100001, 100002)]
            assert ["Elm School" in page for page in pages] == [True, False]


class TestSafety:
    async def test_nothing_loads_from_outside_or_runs_in_the_page(
        self, anonymous: httpx.AsyncClient, register: Register
    ) -> None:
        register.school(100001)
        register.card(100001)

        page = await anonymous.get("/schools/100001", headers=BROWSER)

        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        loaded = re.findall(r'<(?:link|script|img)[^>]+(?:href|src)="([^"]+)"', page.text)
        assert loaded
        assert all(address.startswith("/static/") for address in loaded)
        assert not re.search(r"<script(?![^>]*src=)|\sstyle=|\son\w+=", page.text)
        for address in loaded:
            asset = await anonymous.get(address)
            assert asset.status_code == 200
            assert "max-age" in asset.headers["cache-control"]
            assert "url(" not in asset.text
            assert "GDS Transport" not in asset.text

    @pytest.mark.parametrize("path", ["/schools/100001", "/schools/100001/easy-read"])
    async def test_names_are_escaped(self, anonymous: httpx.AsyncClient, register: Register, path: str) -> None:
        register.school(100001, name=HOSTILE, report_url="javascript:alert(1)")
        register.card(100001)

        page = await anonymous.get(path, headers=BROWSER)

        assert "<script>alert" not in page.text
        assert (
            "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &#34;O&#39;Brien&#39;s&#34; Ecole d&#39;Été"
            in page.text
        )
        assert "javascript:" not in page.text


class TestErrors:
    @pytest.mark.parametrize("path", ["/schools/100009", "/v1/schools/100009/report-card", "/nothing-here"])
    async def test_who_asks_for_a_page_gets_a_page(self, anonymous: httpx.AsyncClient, path: str) -> None:
        page = await anonymous.get(path, headers=BROWSER)
        document = await anonymous.get(path)

        assert (page.status_code, document.status_code) == (404, 404)
        assert "Page not found" in page.text
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["x-request-id"]
        assert document.headers["content-type"] == "application/problem+json"

    async def test_an_address_that_cannot_be_read_is_422(self, anonymous: httpx.AsyncClient) -> None:
        page = await anonymous.get("/schools/abc", headers=BROWSER)

        assert page.status_code == 422
        assert "We cannot read that address" in page.text

    async def test_the_api_keeps_its_problem_documents(self, anonymous: httpx.AsyncClient) -> None:
        answer = await anonymous.get("/v1/schools", headers=BROWSER)

        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"


class TestSchoolPage:
    async def test_it_tells_what_the_document_tells(self, anonymous: httpx.AsyncClient, register: Register) -> None:
        register.school(100001, name="Elm School", report_url="https://reports.example/100001")
        register.card(
            100001, grades={"inclusion": "urgent_improvement"}, category_of_concern="RSI", safeguarding="not_met"
        )

        page = (await anonymous.get("/schools/100001", headers=BROWSER)).text

        for said in (
            '<h1 class="govuk-heading-xl">Elm School</h1>',
            "Urgent improvement",
            "Requires significant improvement",
            "Safeguarding standards not met",
            "Began on 6 January 2026",
            "no written summary",
            'href="https://reports.example/100001"',
            'lang="en-GB"',
            'href="#main-content"',
        ):
            assert said in page, said
        assert "needs_attention" not in page

    @pytest.mark.parametrize("noted", [False, True])
    async def test_notes_on_inspections_have_a_column_where_there_are_any(
        self, anonymous: httpx.AsyncClient, register: Register, *, noted: bool
    ) -> None:
        register.school(100001)
        register.inspection(100001, urn_at_inspection=100002 if noted else 100001)

        page = (await anonymous.get("/schools/100001", headers=BROWSER)).text

        assert ("former URN 100002" in page) == noted
        assert (">Notes</th>" in page) == noted
        assert ('data-label="Notes"' in page) == noted

    async def test_a_judgement_on_safeguarding_can_be_read_by_itself(
        self, anonymous: httpx.AsyncClient, register: Register
    ) -> None:
        register.school(100001)
        register.inspection(100001, safeguarding="effective")

        page = (await anonymous.get("/schools/100001", headers=BROWSER)).text

        assert "<strong>Safeguarding is effective</strong>" in page

    async def test_headings_go_down_one_at_a_time(self, anonymous: httpx.AsyncClient, register: Register) -> None:
        register.school(100001)
        register.card(100001)

        page = (await anonymous.get("/schools/100001", headers=BROWSER)).text

        levels = [int(level) for level in re.findall(r"<h([1-6])", page)]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after <= before + 1 for before, after in pairwise(levels))

    async def test_a_school_never_inspected_says_so(self, anonymous: httpx.AsyncClient, register: Register) -> None:
        register.school(100001, name="Elm School", report_url="https://reports.example/100001")

        page = (await anonymous.get("/schools/100001", headers=BROWSER)).text
        easy = (await anonymous.get("/schools/100001/easy-read", headers=BROWSER)).text

        assert "There is no inspection of this school on record." in page
        assert "official report" not in page + easy
        assert "There is no graded inspection of Elm School on record" in page
        assert "Grades by area" not in page


class TestSearchPage:
    async def test_it_starts_with_the_form_alone(self, anonymous: httpx.AsyncClient) -> None:
        page = (await anonymous.get("/schools", headers=BROWSER)).text

        assert 'name="q"' in page
        assert "Results for" not in page
        assert "There is a problem" not in page

    async def test_schools_are_found_by_name(self, anonymous: httpx.AsyncClient, register: Register) -> None:
        register.school(100001, name="St Mary's Primary", postcode="EC3A 5DE")
        register.school(100002, name="Elm School")

        page = (await anonymous.get("/schools", params={"q": "st marys"}, headers=BROWSER)).text

        assert 'href="/schools/100001"' in page
        assert "100002" not in page
        assert "Primary, City of London, EC3A 5DE" in page

    async def test_the_nearest_to_a_postcode_come_first(self, anonymous: httpx.AsyncClient, register: Register) -> None:
        register.school(100001, name="Far", postcode="EC3A 7AA")
        register.school(100002, name="Near", postcode="EC3A 5DE")
        register.location(100001, 51.6, -0.1)
        register.location(100002, 51.5, -0.1)

        page = (await anonymous.get("/schools", params={"q": "ec3a 5de"}, headers=BROWSER)).text

        assert "Schools nearest to EC3A 5DE" in page
        assert page.index("/schools/100002") < page.index("/schools/100001")
        assert "Less than 0.1 miles away" in page
        assert "6.9 miles away" in page

    @pytest.mark.parametrize(
        ("q", "said"),
        [
            ("", "Enter the name of a school or a postcode"),
            ("  ", "Enter the name of a school or a postcode"),
            ("x" * 201, "Enter no more than 200 characters"),
            ("ZZ9 9ZZ", "We cannot find the postcode ZZ9 9ZZ"),
        ],
    )
    async def test_what_cannot_be_searched_for_is_said(self, anonymous: httpx.AsyncClient, q: str, said: str) -> None:
        page = await anonymous.get("/schools", params={"q": q}, headers=BROWSER)

        assert page.status_code == 200
        assert "There is a problem" in page.text
        assert page.text.count(said) == 2
        assert "<title>Error: " in page.text

    async def test_what_is_typed_is_escaped(self, anonymous: httpx.AsyncClient) -> None:
        page = (await anonymous.get("/schools", params={"q": '"><script>x()</script>'}, headers=BROWSER)).text

        assert "<script>x()" not in page
        assert "No school was found" in page

    async def test_more_results_are_a_link_away(self, anonymous: httpx.AsyncClient, register: Register) -> None:
        for urn in range(100001, 100022):
            register.school(urn, name="Elm School")

        page = (await anonymous.get("/schools", params={"q": "elm"}, headers=BROWSER)).text
        following = re.search(r'href="([^"]+)" rel="next"', page)
        assert following is not None
        rest = (await anonymous.get(following[1].replace("&amp;", "&"), headers=BROWSER)).text

        assert page.count('href="/schools/1000') == 20
        assert rest.count('href="/schools/1000') == 1
        assert 'rel="next"' not in rest


class TestLinks:
    async def test_parameters_of_whoever_passed_a_link_on_do_no_harm(
        self, anonymous: httpx.AsyncClient, register: Register
    ) -> None:
        register.school(100001)
        page = await anonymous.get("/schools/100001", params={"utm_source": "a-newsletter"}, headers=BROWSER)
        assert page.status_code == 200
        assert "ratelimit" in page.headers


class TestTrustPage:
    async def test_an_unknown_trust_is_404(self, anonymous: httpx.AsyncClient) -> None:
        assert (await anonymous.get("/trusts/99", headers=BROWSER)).status_code == 404

    async def test_grades_before_and_after_joining_are_told_apart(
        self, anonymous: httpx.AsyncClient, register: Register
    ) -> None:
        register.trust("5143", name="Hill <Trust>")
        register.school(100001, name="Ash", trust="5143")
        register.school(100002, name="Beech", trust="5143")
        register.school(100003, name="Cedar", trust="5143")
        for urn in (100001, 100002):
            register.membership(urn, "5143", date(2022, 9, 1))
        register.inspection(100001, starts_on=date(2022, 8, 31), overall=4, category_of_concern="SWK")
        register.card(100002, grades={"achievement": "needs_attention"})

        page = (await anonymous.get("/trusts/5143", headers=BROWSER)).text

        rows = re.findall(r"<tr role=.*?</tr>", page, re.DOTALL)[1:]
        assert "Hill &lt;Trust&gt;" in page
        assert "3 open schools are in this trust." in page
        assert "Before joining" in rows[0]
        assert "Inadequate" in rows[0]
        assert "Serious weaknesses" in rows[0]
        assert "After joining" in rows[1]
        assert rows[1].index("Expected standard in 5 areas") < rows[1].index("Needs attention in 1 area")
        assert "Not graded yet" in rows[2]
        assert "Not known" in rows[2]
