"""Triage: its feed. The only file that knows where it is."""

from __future__ import annotations

from brokering.clients.services import service_client
from brokering.settings import Settings
from shared.http_client import ServiceClient


def triage_client(settings: Settings) -> ServiceClient | None:
    """Return the client of triage, or None where no address is set."""
    return service_client(settings, settings.triage_url, "triage")
