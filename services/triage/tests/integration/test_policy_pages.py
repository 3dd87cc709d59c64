"""A version as a page, and two versions beside each other: complete, accessible, and loading nothing."""

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest
from services.triage.tests.conftest import DFE, Service

RISE = "/v1/policies/rise-2025/versions"
HTML = {**DFE, "Accept": "text/html"}
VOID = {"meta"}


class Page(HTMLParser):
    """Reads a page; every element has to be closed where it should be."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] != "style":
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


async def page_at(service: Service, path: str) -> Page:
    answer = await service.get(path, HTML)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8"), answer.text
    return Page(answer.text)


class TestAVersionAsAPage:
    @pytest.mark.parametrize("version", ["ippr-2023/versions/1", "rise-2025/versions/1", "rise-2025/versions/2"])
    async def test_says_every_rule_and_every_parameter_of_the_document(self, service: Service, version: str) -> None:
        told = (await service.get(f"/v1/policies/{version}")).json()
        page = await page_at(service, f"/v1/policies/{version}")
        for sentence in [each["sentence"] for each in (*told["rules"], *told["readings"])]:
            assert " ".join(sentence.split()) in page.text
        for name in told["parameters"]:
            assert name in page.text
        spoken = {path.split(".")[0] for each in told["rules"] for path in each["parameters"]}
        assert spoken <= set(told["parameters"])

    async def test_is_a_page_that_anybody_can_read(self, service: Service) -> None:
        page = await page_at(service, f"{RISE}/2")
        assert page.all("html") == [{"lang": "en-GB"}]
        assert len(page.all("h1")) == len(page.all("title")) == len(page.all("main")) == 1
        assert len(page.all("caption")) == len(page.all("table")) > 0
        assert {each.get("scope") for each in page.all("th")} == {"col", "row"}

    async def test_loads_nothing_and_runs_nothing(self, service: Service) -> None:
        answer = await service.get(f"{RISE}/2", HTML)
        assert not {"script", "img", "link", "iframe"} & {name for name, _ in Page(answer.text).elements}
        style = re.search(r"<style>(.*?)</style>", answer.text, re.DOTALL)
        assert style is not None
        digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'")
        assert f"style-src 'sha256-{digest}'" in policy

    async def test_is_for_those_who_ask_for_it(self, service: Service) -> None:
        for accept in ("*/*", "application/json", "application/json, text/html;q=0.5"):
            answer = await service.get(f"{RISE}/2", {**DFE, "Accept": accept})
            assert answer.headers["content-type"] == "application/json"
        answer = await service.get(f"{RISE}/2", HTML)
        assert "Accept" in answer.headers["vary"]
        again = await service.get(f"{RISE}/2", {**HTML, "If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")

    async def test_of_none_is_not_found(self, service: Service) -> None:
        assert (await service.get(f"{RISE}/9", HTML)).status_code == 404


class TestTwoVersions:
    async def test_name_each_rule_and_value_that_differs(self, service: Service) -> None:
        found = (await service.get(f"{RISE}/1/comparison/2")).json()
        assert (found["before"]["version"], found["after"]["version"]) == (1, 2)
        assert [(each["id"], each["change"]) for each in found["rules"]] == [
            ("other_category", "changed"),
            ("other_category_structure_changed", "removed"),
        ]
        changed = found["rules"][0]
        assert (changed["differs"], changed["before"]["proposes"], changed["after"]["proposes"]) == (
            ["proposes"],
            "structural",
            "targeted",
        )
        assert (found["parameters"], found["readings"], found["order"]) == ([], [], None)
        others = {each["path"]: (each["before"], each["after"]) for each in found["others"]}
        assert others["support_months.requires_significant_improvement"] == (None, 18)

    async def test_the_other_way_round(self, service: Service) -> None:
        found = (await service.get(f"{RISE}/2/comparison/1")).json()
        assert [each["change"] for each in found["rules"]] == ["added", "changed"]

    async def test_of_which_one_is_the_other_nothing_differs(self, service: Service) -> None:
        found = (await service.get(f"{RISE}/2/comparison/2")).json()
        assert [found[name] for name in ("parameters", "readings", "rules", "order", "others")] == [
            [],
            [],
            [],
            None,
            [],
        ]

    async def test_as_a_page(self, service: Service) -> None:
        page = await page_at(service, f"{RISE}/1/comparison/2")
        assert "support_months.requires_significant_improvement not set 18" in page.text
        assert "Changed: proposes" in page.text
        assert "No longer there" in page.text

    @pytest.mark.parametrize("path", [f"{RISE}/1/comparison/9", "/v1/policies/none/versions/1/comparison/1"])
    async def test_of_which_one_is_not_there(self, service: Service, path: str) -> None:
        assert (await service.get(path)).status_code == 404
