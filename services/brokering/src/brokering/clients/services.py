"""Clients of the other services, with this service's own credentials."""

from __future__ import annotations

from brokering.settings import Settings
from shared.http_client import ClientCredentials, ServiceClient


def service_client(settings: Settings, base_url: str | None, name: str) -> ServiceClient | None:
    """Return a client that signs in as this service; None where no address is set."""
    if base_url is None:
        return None
    tokens = None
    if settings.token_url and settings.client_id and settings.client_secret:
        tokens = ClientCredentials(settings.token_url, settings.client_id, settings.client_secret.get_secret_value())
    return ServiceClient(base_url, tokens, name=name)
