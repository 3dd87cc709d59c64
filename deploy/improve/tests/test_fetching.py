"""`improve fetch` against a server of this machine: what is published, what is not, and what breaks off."""

import csv
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from improve.errors import CommandError, UsageError
from improve.fetching import Source, fetch, read_sources

TODAY = date(2026, 6, 30)
LINKS = b"URN,LinkURN,LinkType\r\n100001,100002,Successor\r\n"
COLUMNS = ["URN", "LinkURN", "LinkType"]


@dataclass
class Published:
    """What the server has by path; paths in `failing` answer 503 so many times first, in `cut` they break off."""

    files: dict[str, bytes] = field(default_factory=dict)
    failing: dict[str, int] = field(default_factory=dict)
    cut: dict[str, int] = field(default_factory=dict)
    ranges: list[str | None] = field(default_factory=list)
    address: str = ""


@pytest.fixture
def published() -> Iterator[Published]:
    state = Published()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = self.headers.get("Range")
            state.ranges.append(wanted)
            if state.failing.get(self.path, 0):
                state.failing[self.path] -= 1
                self.send_error(503)
                return
            if self.path not in state.files:
                self.send_error(404)
                return
            content = state.files[self.path]
            begin = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted else 0
            self.send_response(206 if wanted else 200)
            self.send_header("Content-Length", str(len(content) - begin))
            self.end_headers()
            self.wfile.write(content[begin : state.cut.pop(self.path, len(content))])

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    state.address = f"http://127.0.0.1:{server.server_port}"
    yield state
    server.shutdown()
    thread.join()
    server.server_close()


@dataclass
class Run:
    said: list[str] = field(default_factory=list)
    complained: list[str] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)

    def fetch(self, folder: Path, *sources: Source) -> None:
        fetch(sources, folder, TODAY, self.said.append, self.complained.append, pause=self.waited.append)


def manifest(folder: Path) -> list[list[str]]:
    with (folder / "manifest.csv").open(newline="") as file:
        return [*csv.reader(file)][1:]


def dated(published: Published, days: int = 7) -> Source:
    return Source("gias-links", COLUMNS, address=published.address + "/links{date}.csv", days=days)


class TestWhatIsPublished:
    def test_the_newest_dated_file_and_its_manifest(self, published: Published, tmp_path: Path) -> None:
        published.files = {"/links20260629.csv": LINKS, "/links20260628.csv": b"older"}
        run = Run()
        run.fetch(tmp_path / "new", dated(published))
        assert (tmp_path / "new/links20260629.csv").read_bytes() == LINKS
        assert manifest(tmp_path / "new") == [["links20260629.csv", "gias-links", "2026-06-29"]]
        assert run.said == [f"gias-links: links20260629.csv, {len(LINKS)} bytes"]

    def test_a_file_that_a_page_links_to(self, published: Published, tmp_path: Path) -> None:
        published.files = {
            "/page": b'<a href="/media/1/links_30_June_2026.csv">',
            "/media/1/links_30_June_2026.csv": LINKS,
        }
        page = Source("gias-links", COLUMNS, page=f"{published.address}/page", link=r"/media/[^\"]+\.csv")
        Run().fetch(tmp_path, page)
        assert manifest(tmp_path) == [["links_30_June_2026.csv", "gias-links", ""]]

    def test_a_preamble_is_no_harm(self, published: Published, tmp_path: Path) -> None:
        published.files = {"/links20260630.csv": b"Title\r\n\r\n" + LINKS}
        Run().fetch(tmp_path, dated(published))

    def test_what_is_there_is_not_fetched_again_and_other_kinds_stay_listed(
        self, published: Published, tmp_path: Path
    ) -> None:
        (tmp_path / "groups.csv").write_text("Group UID")
        (tmp_path / "manifest.csv").write_text("file,kind,as_at\ngroups.csv,gias-groups,2026-01-01\n")
        published.files = {"/links20260630.csv": LINKS}
        for _ in range(2):
            Run().fetch(tmp_path, dated(published))
        assert len(published.ranges) == 1
        assert [row[1] for row in manifest(tmp_path)] == ["gias-groups", "gias-links"]


class TestWhatGoesWrong:
    def test_a_server_that_fails_is_asked_again_later_and_later(self, published: Published, tmp_path: Path) -> None:
        published.files, published.failing = {"/links20260630.csv": LINKS}, {"/links20260630.csv": 2}
        run = Run()
        run.fetch(tmp_path, dated(published))
        assert run.waited == [1.0, 2.0]

    def test_a_download_that_breaks_off_goes_on_from_there(self, published: Published, tmp_path: Path) -> None:
        published.files, published.cut = {"/links20260630.csv": LINKS}, {"/links20260630.csv": 20}
        Run().fetch(tmp_path, dated(published))
        assert (tmp_path / "links20260630.csv").read_bytes() == LINKS
        assert published.ranges == [None, "bytes=20-"]

    @pytest.mark.parametrize(
        ("content", "message"),
        [(b"<html>Sign in</html>", "no CSV file of this kind"), (b"URN,Other\r\n1,2\r\n", "no columns URN, LinkURN")],
    )
    def test_something_else_is_not_kept(
        self, published: Published, tmp_path: Path, content: bytes, message: str
    ) -> None:
        published.files = {"/links20260630.csv": content}
        run = Run()
        with pytest.raises(CommandError, match="1 of 1 files were not fetched: gias-links") as raised:
            run.fetch(tmp_path, dated(published))
        assert raised.value.status == 1
        assert message in run.complained[0]
        assert [path.name for path in tmp_path.iterdir()] == ["manifest.csv"]

    def test_one_source_that_fails_keeps_no_other_from_being_fetched(
        self, published: Published, tmp_path: Path
    ) -> None:
        published.files = {"/links20260630.csv": LINKS}
        nowhere = Source("gias-groups", ["URN"], address=published.address + "/groups{iso}.csv", days=2)
        run = Run()
        with pytest.raises(CommandError, match="1 of 2 files were not fetched: gias-groups"):
            run.fetch(tmp_path, nowhere, dated(published))
        assert "nothing is published at the 2 addresses tried" in run.complained[0]
        assert [row[1] for row in manifest(tmp_path)] == ["gias-links"]

    def test_nobody_there(self, tmp_path: Path) -> None:
        run = Run()
        with pytest.raises(CommandError):
            run.fetch(tmp_path, Source("gias-links", COLUMNS, address="http://127.0.0.1:9/links.csv"))
        assert "cannot be reached" in run.complained[0]


class TestAddresses:
    def test_the_list_that_comes_with_it(self) -> None:
        assert {source.kind for source in read_sources(None, [])} >= {
            "gias-establishments",
            "ofsted-latest-inspections",
        }
        assert all(source.columns for source in read_sources(None, []))

    def test_another_list_and_one_kind_of_it(self, tmp_path: Path) -> None:
        path = tmp_path / "mine.yaml"
        path.write_text("gias-links: {address: 'http://localhost/a.csv', columns: [URN]}\n")
        assert read_sources(path, ["gias-links"]) == [Source("gias-links", ["URN"], address="http://localhost/a.csv")]

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("gias-links: {adress: x}", "no list of addresses"),
            ("[", "no list of addresses"),
            ("gias-lynx: {address: x}", "there is no kind gias-lynx"),
            ("gias-groups: {address: x}", "no address is known of gias-links"),
        ],
    )
    def test_a_wrong_list_is_told(self, tmp_path: Path, text: str, message: str) -> None:
        path = tmp_path / "mine.yaml"
        path.write_text(text)
        with pytest.raises(UsageError, match=message):
            read_sources(path, ["gias-links"])
