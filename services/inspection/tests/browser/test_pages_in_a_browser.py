"""The pages in Chromium: nothing for axe to find, no word lost without JavaScript, on a small screen, or on paper."""

from collections.abc import Callable
from datetime import date
from typing import Any

import httpx
import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page
from services.inspection.tests.browser.conftest import Calendar, Visit, keep
from services.inspection.tests.integration.authoring.conftest import WRITES
from services.inspection.tests.integration.authoring.trust_writing import AREAS, DAY, published
from services.inspection.tests.integration.reads.rows import Register

from shared.testing.tokens import bearer

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(900),  # the first of them may have to install the browser
]

URN = 100001
SMALL = {"viewport": {"width": 320, "height": 640}}
GOVERNANCE = "governance_and_executive_leadership"
FINDING = "Trustees know each school well.\nThey ask hard questions, and act on the answers."
LONG = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogoch" * 2


def report_card(register: Register) -> None:
    register.trust("5143", name="Hill Trust")
    register.school(100002, name="St Mary's Infants", status="closed")
    register.school(100003, name="St Mary's Juniors", status="closed")
    register.school(
        URN, name="St Mary's Church of England Primary", trust="5143", report_url="https://reports.example/100001"
    )
    register.membership(URN, "5143", date(2022, 9, 1))
    register.link(100002, URN)
    register.link(100003, URN)
    register.inspection(100002, number="1", starts_on=date(2017, 5, 3), framework="pre-eif")
    register.inspection(100003, number="2", starts_on=date(2018, 2, 6), framework="pre-eif", overall=3)
    register.ungraded(URN, number="3", starts_on=date(2023, 5, 9))
    register.card(
        URN,
        grades={
            "inclusion": "strong_standard",
            "achievement": "needs_attention",
            "attendance_and_behaviour": "exceptional",
            "early_years": "expected_standard",
        },
        judged_on={"achievement": "2026-04-14"},
    )


def eif_2024(register: Register) -> None:
    register.school(URN, name="O'Brien Academy", report_url="https://reports.example/100001")
    register.inspection(
        URN,
        framework="eif-2024",
        starts_on=date(2025, 3, 4),
        published_on=date(2025, 4, 22),
        overall=None,
        overall_reason="not_judged",
        grades={
            "quality_of_education": 2,
            "behaviour_and_attitudes": 1,
            "personal_development": 2,
            "leadership_and_management": 3,
            "sixth_form": 8,
        },
    )


def graded_long_ago(register: Register) -> None:
    register.school(URN, name="Yew School")
    register.inspection(URN, framework="pre-eif", starts_on=date(2013, 3, 4))


def never_inspected(register: Register) -> None:
    register.school(URN, name="Elm Free School")


def in_concern(register: Register) -> None:
    register.school(URN, name="Oak School")
    register.card(
        URN,
        grades={"leadership_and_governance": "urgent_improvement", "inclusion": "needs_attention"},
        category_of_concern="SM",
        safeguarding="not_met",
    )


def suppressed(register: Register) -> None:
    register.school(URN, name="Little Hamlet Primary", pupils=38, idaci_quintile=3)
    register.card(URN)
    for year, value in (("2021-22", 6.4), ("2022-23", None), ("2023-24", 5.1), ("2024-25", 4.8)):
        register.figure(URN, "absence_percent", year, value, "value" if value else "missing", 38)
        register.comparisons("absence_percent", year, local_authority=6.0, england=6.9, region=6.6, similar_schools=7.0)
    register.figure(URN, "fsm_ever6_percent", "2022-23", 0, cohort=38)
    register.comparisons("fsm_ever6_percent", "2022-23", local_authority=31.4, region=36, england=24.7)
    register.figure(URN, "ks2_rwm_expected_percent", "2022-23", 50, cohort=4)
    register.comparisons("ks2_rwm_expected_percent", "2022-23", england=59, similar_schools=57.5)
    register.figure(URN, "ks2_reading_progress", "2022-23", -1.8, cohort=20)
    register.comparisons("ks2_reading_progress", "2022-23", england=0.1, similar_schools=0.4)


def hostile(register: Register) -> None:
    register.school(URN, name=f"<script>document.title='taken'</script> {LONG} \"École\" O'Brien")
    register.card(URN)


TRUST_FINDINGS = {
    "summary": "The trust knows its schools.\n\nIt is slower to help where results have fallen.",
    "areas": [
        {"area": GOVERNANCE, "judgement": "Strong", "finding": FINDING},
        *({"area": area, "finding": f"{LONG}. {FINDING}"} for area in AREAS if area != GOVERNANCE),
    ],
}
SCHOOLS = [report_card, eif_2024, graded_long_ago, never_inspected, in_concern, suppressed, hostile]
PATHS = {"page": f"/schools/{URN}", "easy-read": f"/schools/{URN}/easy-read"}


async def findings(page: Page) -> list[str]:
    result = await Axe().run(page)
    return [f"{found['id']}: {found['help']}" for found in result.response["violations"]]


async def overflow(page: Page) -> int:
    """Return by how many pixels the page is wider than the screen."""
    width: int = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return width


@pytest.mark.parametrize(
    ("school", "path"),
    [
        *((school, "page") for school in SCHOOLS),
        *((school, "easy-read") for school in (report_card, graded_long_ago, hostile)),
    ],
)
async def test_axe_finds_nothing_and_it_fits_every_screen(
    register: Register, visit: Visit, school: Callable[[Register], None], path: str
) -> None:
    school(register)
    page = await visit(PATHS[path])

    await keep(page, f"{school.__name__}-{path}")
    assert await findings(page) == []
    assert await page.title() != "taken"

    await page.set_viewport_size(SMALL["viewport"])
    await keep(page, f"{school.__name__}-{path}-320")
    assert await findings(page) == []
    assert await overflow(page) <= 0


class TestWithoutHelp:
    async def test_all_of_it_is_there_without_javascript(self, register: Register, visit: Visit) -> None:
        report_card(register)
        scripted = await visit(PATHS["page"])

        plain = await visit(PATHS["page"], java_script_enabled=False)

        assert await plain.locator("main").inner_text() == await scripted.locator("main").inner_text()
        await plain.get_by_text("What the grades mean").click()
        assert await plain.get_by_text("falls far short").is_visible()

    async def test_it_prints_with_the_address_of_the_report(self, register: Register, visit: Visit) -> None:
        report_card(register)
        page = await visit(PATHS["page"])

        await page.emulate_media(media="print")

        await keep(page, "report_card-print")
        assert not await page.locator(".govuk-breadcrumbs").is_visible()
        assert await page.get_by_role("heading", name="Inclusion").is_visible()
        report = page.get_by_role("link", name="Read the official report")
        shown = await report.evaluate("link => getComputedStyle(link, '::after').content")
        assert "reports.example" in shown
        assert await overflow(page) <= 0

    async def test_the_keyboard_reaches_the_content_first(self, register: Register, visit: Visit) -> None:
        never_inspected(register)
        page = await visit(PATHS["page"])

        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.textContent") == "Skip to main content"
        await page.keyboard.press("Enter")

        assert await page.evaluate("document.activeElement.id") == "main-content"


class TestSuppressed:
    async def test_a_suppressed_figure_is_nowhere_on_the_page_and_a_zero_is(
        self, register: Register, visit: Visit
    ) -> None:
        suppressed(register)
        page = await visit(PATHS["page"])
        results = page.locator("section", has=page.get_by_role("heading", name="Expected standard at the end of"))
        meals = page.locator("section", has=page.get_by_role("heading", name="Free school meals", exact=False)).first

        assert "This school: Not shown, to protect pupils" in (await results.locator("svg").first.text_content() or "")
        assert "50" not in await results.inner_html()
        assert "This school: 0%" in (await meals.locator("svg").first.text_content() or "")
        assert await page.get_by_role("img").count() == 5
        await results.locator("summary").click()
        assert await results.get_by_role("cell", name="Not shown, to protect pupils").is_visible()


class TestOtherPages:
    async def test_search_by_name_and_by_postcode(self, register: Register, visit: Visit) -> None:
        for number, name in enumerate(("St Mary's Primary", "St Mary's Church of England Juniors", "Elm School")):
            register.school(URN + number, name=name, postcode=f"EC3A 5D{'ABC'[number]}")
            register.location(URN + number, 51.5 + number / 100, -0.1)
        register.card(URN)

        page = await visit("/schools")
        await page.get_by_label("School name or postcode").fill("st marys")
        await page.get_by_role("button", name="Search").click()
        await keep(page, "search-name")
        assert await findings(page) == []
        assert await page.locator(".app-results__item").count() == 2

        await page.get_by_label("School name or postcode").fill("EC3A 5DB")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/schools?q=EC3A*")
        await keep(page, "search-postcode")
        assert await findings(page) == []
        await page.get_by_role("link", name="St Mary's Primary").click()
        assert await page.get_by_role("heading", level=1).inner_text() == "St Mary's Primary"

    async def test_a_search_for_nothing_is_told_where_it_went_wrong(self, visit: Visit, register: Register) -> None:
        del register
        page = await visit("/schools?q=", **SMALL)

        await keep(page, "search-error-320")
        assert await findings(page) == []
        assert await overflow(page) <= 0
        await page.get_by_role("alert").get_by_role("link").click()
        assert await page.evaluate("document.activeElement.id") == "q"

    @pytest.mark.parametrize("screen", [{}, SMALL])
    async def test_a_trust(self, register: Register, visit: Visit, screen: dict[str, Any]) -> None:
        report_card(register)
        register.school(100010, name=f"Beech {LONG}", trust="5143")
        register.school(100011, name="Cedar", trust="5143")
        register.membership(100010, "5143", date(2022, 9, 1), assumed=True)
        register.inspection(100010, starts_on=date(2021, 5, 5), overall=4, category_of_concern="SWK")

        page = await visit("/trusts/5143", **screen)

        await keep(page, f"trust{'-320' if screen else ''}")
        assert await findings(page) == []
        assert await overflow(page) <= 0
        assert await page.get_by_text("Before joining, as far as the record tells").is_visible()

    @pytest.mark.parametrize("screen", [{}, SMALL])
    async def test_a_trust_that_was_inspected_itself(
        self, register: Register, visit: Visit, calendar: Calendar, address: str, screen: dict[str, Any]
    ) -> None:
        report_card(register)
        calendar.day = DAY
        token = bearer(scope=WRITES, org="ofsted", role="ofsted", client_id="ofsted")
        async with httpx.AsyncClient(base_url=address, headers=token) as inspectorate:
            await published(inspectorate, **TRUST_FINDINGS)
            await published(inspectorate, number="78", starts_on="2027-11-02", published_on="2027-11-29")

        page = await visit("/trusts/5143", **screen)

        await keep(page, f"trust-inspected{'-320' if screen else ''}")
        assert await findings(page) == []
        assert await overflow(page) <= 0
        headings = page.get_by_role("heading", level=3)
        assert [heading.split(",")[0] for heading in await headings.all_inner_texts()] == [
            "Inspection of 2 November 2027",
            "Inspection of 6 September 2027",
        ]
        row = page.locator(".govuk-summary-list__row", has_text="Governance and executive leadership").last
        told = await row.get_by_role("definition").inner_text()
        assert told.splitlines() == ["Strong", *FINDING.splitlines()]
