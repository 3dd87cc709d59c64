"""The services over HTTP, as any client sees them."""

import contextlib
import json
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlsplit

import httpx

from improve.errors import CommandError
from improve.local.home import Home
from improve.local.keys import mint
from improve.local.roles import registry
from improve.local.services import SERVICES, Service

TIMEOUT = httpx.Timeout(connect=5.0, read=300.0, write=300.0, pool=5.0)  # seconds; a national file is 20 MB
OUTAGE_PATIENCE = 60.0  # seconds that a service may be away while a job of ours is followed
ERRORS_SHOWN = 5
THIS_MACHINE = {"127.0.0.1", "localhost", "::1"}

Document = dict[str, Any]


class ProblemError(CommandError):
    """A service answered with a problem document (RFC 9457)."""

    def __init__(self, service: str, status: int, problem: Document) -> None:
        self.http_status = status
        self.problem = problem
        title = problem.get("title") or httpx.codes.get_reason_phrase(status)
        detail = f": {problem['detail']}" if problem.get("detail") else ""
        super().__init__(f"{service} answered {status} {title}{detail}{_fields(problem)}")

    def concerns(self, field: str) -> bool:
        """Whether one of `errors[]` points at this field."""
        return any(field in str(error.get("pointer", "")).split("/") for error in self.problem.get("errors", []))


class UnreachableError(CommandError):
    """The service does not answer at all."""


def _fields(problem: Document) -> str:
    errors = problem.get("errors") or []
    shown = "; ".join(f"{error.get('pointer') or 'body'}: {error.get('detail')}" for error in errors[:ERRORS_SHOWN])
    more = f"; and {len(errors) - ERRORS_SHOWN} more" if len(errors) > ERRORS_SHOWN else ""
    return f" ({shown}{more})" if errors else ""


class Api:
    """One service. Every failure comes out as a CommandError with a line worth reading."""

    def __init__(
        self, name: str, base_url: str, token: str | None, transport: httpx.BaseTransport | None = None
    ) -> None:
        self.name = name
        self.base_url = base_url.rstrip("/")
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        local = urlsplit(base_url).hostname in THIS_MACHINE
        self._http = httpx.Client(
            base_url=self.base_url, headers=headers, timeout=TIMEOUT, transport=transport, trust_env=not local
        )

    def get(self, path: str, **parameters: Any) -> Document:
        """One document."""
        given = {name: value for name, value in parameters.items() if value is not None}
        return self._document(self.send("GET", path, params=given))

    def find(self, path: str, **parameters: Any) -> Document | None:
        """One document, None where there is none or it is not ours to see."""
        try:
            return self.get(path, **parameters)
        except ProblemError as error:
            if error.http_status == httpx.codes.NOT_FOUND:
                return None
            raise

    def post(self, path: str, **content: Any) -> httpx.Response:
        """Send something; the answer's status is a success."""
        return self.send("POST", path, **content)

    def send(self, method: str, path: str, **content: Any) -> httpx.Response:
        """Any request; raises ProblemError for an error status and UnreachableError without an answer."""
        try:
            answer = self._http.request(method, path, **content)
        except httpx.TransportError as error:
            raise self._unreachable(error) from error
        self._check(answer)
        return answer

    def stream(self, path: str, **parameters: Any) -> Iterator[Document]:
        """All of a list, one document a line, as the service streams it."""
        given = {name: value for name, value in parameters.items() if value is not None}
        try:
            with self._http.stream("GET", path, params=given, headers={"Accept": "application/x-ndjson"}) as answer:
                if answer.is_error:
                    answer.read()
                    self._check(answer)
                for line in answer.iter_lines():
                    if line.strip():
                        yield json.loads(line)
        except httpx.TransportError as error:
            raise self._unreachable(error) from error

    def count(self, path: str, **parameters: Any) -> int:
        """How many a list holds."""
        page = self.get(path, limit=1, include_total="true", **parameters)
        return int(page["paging"]["total"])

    def pages(self, path: str, **parameters: Any) -> Iterator[Document]:
        """All of a list, page by page."""
        cursor = None
        while True:
            page = self.get(path, after=cursor, limit=200, **parameters)
            yield from page["data"]
            cursor = page.get("paging", {}).get("next_cursor")  # short lists come whole
            if cursor is None:
                return

    def patiently(self, path: str) -> Document:
        """One document of something under way: a service that is away for a while is waited for."""
        deadline = time.monotonic() + OUTAGE_PATIENCE
        while True:
            try:
                return self.get(path)
            except (UnreachableError, ProblemError) as error:
                passing = isinstance(error, UnreachableError) or error.http_status in (429, 502, 503, 504)
                if not passing or time.monotonic() > deadline:
                    raise
            time.sleep(1)

    def _document(self, answer: httpx.Response) -> Document:
        try:
            document: Document = answer.json()
        except ValueError as error:
            raise CommandError(f"{self.name} answered something that is not JSON at {answer.url}") from error
        return document

    def _check(self, answer: httpx.Response) -> None:
        if not answer.is_error:
            return
        problem: Document = {}
        with contextlib.suppress(ValueError):
            document = answer.json()
            problem = document if isinstance(document, dict) else {}
        raise ProblemError(self.name, answer.status_code, problem)

    def _unreachable(self, error: httpx.TransportError) -> UnreachableError:
        if isinstance(error, httpx.ConnectError):
            hint = " (is the platform up? `make up`)" if urlsplit(self.base_url).hostname in THIS_MACHINE else ""
            return UnreachableError(f"{self.name} does not answer at {self.base_url}{hint}")
        return UnreachableError(f"{self.name} at {self.base_url}: {type(error).__name__} {error}".rstrip())


def _local_url(service: Service) -> str:
    """Where a service of this machine answers: as the environment says, else where the platform last started it."""
    if service.port_variable not in os.environ:
        for process in Home.find().read_state().get("processes", []):
            if process["name"] == service.name and process["port"]:
                return f"http://127.0.0.1:{process['port']}"
    return service.url(os.environ)


@dataclass(frozen=True)
class Deployment:
    """The three services of one deployment, with the token to use."""

    inspection: Api
    triage: Api
    brokering: Api

    @classmethod
    def at(cls, urls: Mapping[str, str | None], token: str | None) -> Self:
        """The services at `urls` (by name; None: on this machine); without a token, one made here if they are local."""
        addresses = {service.name: urls.get(service.name) or _local_url(service) for service in SERVICES}
        if not token:
            remote = [url for url in addresses.values() if urlsplit(url).hostname not in THIS_MACHINE]
            if remote:
                raise CommandError(f"{remote[0]} wants a token: give --token or set IMPROVE_TOKEN", status=2)
            token = mint(Home.find(), registry().claims("dfe"))
        return cls(**{name: Api(name, url, token) for name, url in addresses.items()})
