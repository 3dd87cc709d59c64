"""The inspection service: its feed, and the facts of schools in bulk. The only file that knows its URLs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from shared.events.consumer import FeedClient

LOOKUP_LIMIT: Final = 1000
"""How many schools one look-up may name."""

_FACTS_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class FactsAnswer:
    """Facts documents as they came, and the URNs the register does not hold."""

    documents: Sequence[Mapping[str, Any]]
    missing: Sequence[int]


class InspectionService(FeedClient, Protocol):
    """What triage needs of the inspection service."""

    async def lookup_facts(self, urns: Sequence[int]) -> FactsAnswer:
        """Return the facts of up to `LOOKUP_LIMIT` schools; raises UpstreamFailure when they cannot be had."""


class JsonClient(FeedClient, Protocol):
    """The part of a service client that the adapter uses."""

    async def post_json(
        self, path: str, body: Any, *, idempotent: bool = False, read_timeout: float | None = None
    ) -> Any:
        """Send a document and return the answer; raises UpstreamFailure when there is none."""


class InspectionClient:
    """The inspection service over HTTP."""

    def __init__(self, client: JsonClient) -> None:
        self._client = client

    async def get_json(
        self, path: str, params: Mapping[str, Any] | None = None, *, read_timeout: float | None = None
    ) -> Any:
        """Return the document at `path`."""
        return await self._client.get_json(path, params, read_timeout=read_timeout)

    async def lookup_facts(self, urns: Sequence[int]) -> FactsAnswer:
        """Return the facts of up to `LOOKUP_LIMIT` schools."""
        body = await self._client.post_json(
            "/v1/facts/lookup", {"urns": list(urns)}, idempotent=True, read_timeout=_FACTS_SECONDS
        )
        return FactsAnswer(body["data"], body["missing"])
