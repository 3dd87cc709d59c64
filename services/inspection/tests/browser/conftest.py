"""A running service and a real browser: Debian's Chromium, put in place by the project's own set-up where it may."""

import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest
import pytest_asyncio
import uvicorn
from playwright.async_api import Browser, BrowserContext, Page, async_playwright
from services.inspection.tests.integration.reads.rows import Register

from inspection.app import create_app
from inspection.settings import Settings
from shared.clock import request_day, today
from shared.db.session import driver_url
from shared.testing.one_database import OneDatabase
from shared.testing.plugin import DatabaseUrls
from shared.testing.postgres import TestServer
from shared.testing.tokens import ISSUER, jwks_url

ROOT = Path(__file__).parents[4]
SERVICE_DIR = ROOT / "services/inspection"
SCREENSHOTS = ROOT / "build/screenshots"
INSTALL_SECONDS = 600
START_SECONDS = 30
PATIENCE_MILLISECONDS = 120_000  # on a machine that others keep busy too
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
)

Visit = Callable[..., Awaitable[Page]]


def chromium() -> str:
    """Return the path of Chromium; skips, with the reason, where there is none and none can be put in place."""
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if found:
        return found
    result = subprocess.run(
        ["bash", ROOT / "deploy/chromium.sh"], capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False
    )
    if result.returncode:
        pytest.skip(f"no Chromium for the browser tests: {result.stderr.strip().splitlines()[-1]}")
    return result.stdout.strip()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browser]:
    path = chromium()
    home = str(tmp_path_factory.mktemp("chromium"))  # it wants a home to write to, and CI's is empty
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(
            executable_path=path, args=list(ARGUMENTS), env={**os.environ, "HOME": home, "XDG_CONFIG_HOME": home}
        )
        yield started
        await started.close()


@pytest.fixture(scope="module")
def _database(database_server: TestServer, _templates: Callable[[str, Path], str]) -> Iterator[OneDatabase]:
    database = OneDatabase(database_server, "inspection", _templates("inspection", SERVICE_DIR))
    yield database
    database.close()


@pytest.fixture
def urls(_database: OneDatabase) -> Iterator[DatabaseUrls]:
    yield _database.urls
    _database.empty()


@pytest.fixture
def register(urls: DatabaseUrls) -> Iterator[Register]:
    with psycopg.connect(driver_url(urls.owner), autocommit=True) as connection:
        yield Register(connection)


@contextmanager
def serving(settings: Settings, on: Callable[[], date]) -> Iterator[str]:
    """Serve on a free port of the loopback, as on a day, and yield the address."""
    app = create_app(settings)
    app.dependency_overrides[request_day] = on
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        deadline = time.monotonic() + START_SECONDS
        while not server.started and thread.is_alive() and time.monotonic() < deadline:
            thread.join(0.02)
        assert server.started
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join()


@dataclass
class Calendar:
    """The day on which the service believes to be: the real one unless told."""

    day: date | None = None

    def today(self) -> date:
        return self.day or today()


@pytest.fixture(scope="module")
def _calendar() -> Calendar:
    return Calendar()


@pytest.fixture
def calendar(_calendar: Calendar) -> Iterator[Calendar]:
    """The service's calendar; what a test makes of it does not outlast it."""
    yield _calendar
    _calendar.day = None


@pytest.fixture(scope="module")
def address(_database: OneDatabase, _calendar: Calendar) -> Iterator[str]:
    settings = Settings(database_url=_database.urls.app, issuer=ISSUER, jwks_url=jwks_url())
    with serving(settings, _calendar.today) as served:
        yield served


@pytest_asyncio.fixture(loop_scope="module")
async def visit(browser: Browser, address: str) -> AsyncIterator[Visit]:
    """Open a page of the service in a context of its own; a request to another address or an error fails the test."""
    opened: list[BrowserContext] = []
    amiss: list[str] = []

    async def open_page(path: str, **context: Any) -> Page:
        made = await browser.new_context(base_url=address, **context)
        made.set_default_timeout(PATIENCE_MILLISECONDS)
        opened.append(made)
        page = await made.new_page()
        page.on("request", lambda request: None if request.url.startswith(address) else amiss.append(request.url))
        page.on("console", lambda message: amiss.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: amiss.append(str(error)))
        await page.goto(path)
        return page

    yield open_page
    for context in opened:
        await context.close()
    assert amiss == []


async def keep(page: Page, name: str) -> None:
    """Keep a picture of the whole page as a build artefact."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)
