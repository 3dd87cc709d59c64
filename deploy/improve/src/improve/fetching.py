"""`improve fetch`: official files from where they are published into a folder, with a manifest to load them by."""

import csv
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from http import HTTPStatus
from importlib import resources
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx
import yaml

from improve.errors import CommandError, UsageError
from improve.kinds import checked_kind
from improve.manifest import COLUMNS, NAME, read_manifest

ATTEMPTS = 4
TIMEOUT_SECONDS = 60.0
LINES_LOOKED_AT = 50
UNFINISHED = ".part"
_AGAIN = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}
_NOT_KEPT = re.compile("[^a-z0-9]+")

Say = Callable[[str], None]


class NotThereError(CommandError):
    """There is no file at this address."""


@dataclass(frozen=True)
class Source:
    """Where files of a kind are, and the titles of columns they are known by."""

    kind: str
    columns: Sequence[str]
    address: str | None = None
    days: int = 1
    page: str | None = None
    link: str | None = None


@dataclass(frozen=True)
class Fetched:
    """A file in the folder; `as_at` is the day its address was asked with."""

    kind: str
    path: Path
    as_at: date | None


def read_sources(path: Path | None, kinds: Sequence[str]) -> list[Source]:
    """The addresses of these kinds, or of all; raises UsageError for a list that cannot be read or lacks a kind."""
    text = path.read_text("utf-8") if path else resources.files("improve").joinpath("addresses.yaml").read_text("utf-8")
    try:
        known = {
            checked_kind(kind): Source(kind, **{"columns": [], **dict(entry)})
            for kind, entry in (yaml.safe_load(text) or {}).items()
        }
    except (yaml.YAMLError, TypeError, ValueError, AttributeError) as error:
        raise UsageError(f"{path} is no list of addresses by kind: {error}") from None
    lacking = [kind for kind in kinds if checked_kind(kind) not in known]
    if lacking:
        raise UsageError(f"no address is known of {', '.join(lacking)} (known: {', '.join(known)})")
    return [known[kind] for kind in kinds or known]


def fetch(
    sources: Sequence[Source],
    folder: Path,
    today: date,
    say: Say,
    complain: Say,
    *,
    pause: Callable[[float], None] = time.sleep,
) -> None:
    """Download what is published into a folder and list it in its manifest; files that are there are kept.

    A source that fails does not keep the rest from being fetched: raises CommandError at the end then.
    """
    folder.mkdir(parents=True, exist_ok=True)
    fetched, failed = [], []
    with httpx.Client(follow_redirects=True, timeout=TIMEOUT_SECONDS) as client:
        for source in sources:
            try:
                found = _Fetch(client, source, folder, pause).run(today)
            except CommandError as error:
                complain(f"{source.kind}: {error}")
                failed.append(source.kind)
            else:
                say(f"{source.kind}: {found.path.name}, {found.path.stat().st_size:,} bytes")
                fetched.append(found)
    _write_manifest(folder, fetched)
    if failed:
        raise CommandError(f"{len(failed)} of {len(sources)} files were not fetched: {', '.join(failed)}")


class _Fetch:
    """One file."""

    def __init__(self, client: httpx.Client, source: Source, folder: Path, pause: Callable[[float], None]) -> None:
        self._client = client
        self._source = source
        self._folder = folder
        self._pause = pause

    def run(self, today: date) -> Fetched:
        tried = 0
        for address, day in self._addresses(today):
            tried += 1
            try:
                return Fetched(self._source.kind, self._download(address), day)
            except NotThereError:
                continue
        raise CommandError(f"nothing is published at the {tried} addresses tried, {self._source.address}")

    def _addresses(self, today: date) -> Iterator[tuple[str, date | None]]:
        """The addresses where the file may be, newest first, each with its day if it has one."""
        template = self._source.address
        if template is None:
            yield self._linked(), None
        elif template == (undated := template.format(date="", iso="")):
            yield undated, None
        else:
            for back in range(self._source.days):
                day = today - timedelta(days=back)
                yield template.format(date=f"{day:%Y%m%d}", iso=day.isoformat()), day

    def _linked(self) -> str:
        page, pattern = self._source.page, self._source.link
        if page is None or pattern is None:
            raise UsageError("the list of addresses gives neither an address nor a page with a link")
        text = self._answer(page, {}).text
        match = re.search(pattern, text)
        if match is None:
            raise CommandError(f"{page} has no link that fits {pattern}")
        return urljoin(page, match[0])

    def _download(self, address: str) -> Path:
        """Download to a file of its own name, going on where an earlier attempt broke off."""
        path = self._folder / (Path(urlsplit(address).path).name or f"{self._source.kind}.csv")
        if path.exists():
            return path
        unfinished = path.with_name(path.name + UNFINISHED)
        self._repeat(lambda: self._pull(address, unfinished), address)
        try:
            _check(unfinished, self._source)
        except CommandError:
            unfinished.unlink()
            raise
        return unfinished.replace(path)

    def _pull(self, address: str, unfinished: Path) -> None:
        begun = unfinished.stat().st_size if unfinished.exists() else 0
        headers = {"Accept-Encoding": "identity", **({"Range": f"bytes={begun}-"} if begun else {})}
        with self._client.stream("GET", address, headers=headers) as response:
            if begun and response.status_code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
                unfinished.unlink()
                raise httpx.RemoteProtocolError("the file there is another one by now")
            _raise_for(response, address)
            resumed = response.status_code == HTTPStatus.PARTIAL_CONTENT
            with unfinished.open("ab" if resumed else "wb") as file:
                for block in response.iter_raw():  # as it comes: what has come before a break is kept
                    file.write(block)

    def _answer(self, address: str, headers: Mapping[str, str]) -> httpx.Response:
        answers: list[httpx.Response] = []

        def ask() -> None:
            response = self._client.get(address, headers=dict(headers))
            _raise_for(response, address)
            answers.append(response)

        self._repeat(ask, address)
        return answers[0]

    def _repeat(self, attempt: Callable[[], None], address: str) -> None:
        """Try a few times, longer apart each time, where trying again may help."""
        for number in range(1, ATTEMPTS + 1):
            try:
                attempt()
            except httpx.HTTPError as error:
                if number == ATTEMPTS:
                    raise CommandError(f"{address} cannot be reached: {error or type(error).__name__}") from error
                self._pause(2.0 ** (number - 1))
            else:
                return


def _raise_for(response: httpx.Response, address: str) -> None:
    """Raise what is worth another attempt as HTTPError, and what is not as CommandError."""
    status = response.status_code
    if status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
        raise NotThereError(f"there is no file at {address}")
    if status in _AGAIN or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise httpx.HTTPStatusError(f"it answers {status}", request=response.request, response=response)
    if status >= HTTPStatus.BAD_REQUEST:
        raise CommandError(f"{address} answers {status}")


def _check(path: Path, source: Source) -> None:
    """Check that a file is a table with the columns of its kind, below any preamble."""
    wanted = [_folded(title) for title in source.columns]
    with path.open(encoding="cp1252", errors="replace", newline="") as file:
        for _, line in zip(range(LINES_LOOKED_AT), file, strict=False):
            found = {_folded(cell) for cell in next(csv.reader([line]), [])}
            if all(title in found for title in wanted):
                return
    raise CommandError(f"what came is no CSV file of this kind: it has no columns {', '.join(source.columns)}")


def _folded(title: str) -> str:
    return _NOT_KEPT.sub("", title.lower())


def _write_manifest(folder: Path, fetched: Sequence[Fetched]) -> None:
    """Put the files into the folder's manifest, each in place of an older one of its kind; others stay."""
    path = folder / NAME
    kinds = {each.kind for each in fetched}
    kept = [entry for entry in read_manifest(folder) if entry.kind not in kinds] if path.is_file() else []
    rows = [(entry.path.relative_to(folder).as_posix(), entry.kind, entry.as_at) for entry in kept]
    rows += [(each.path.name, each.kind, each.as_at) for each in fetched]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(rows)
