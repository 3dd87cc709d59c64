"""The drills run on the same small world as the tests."""

from services.brokering.tests.integration.support.conftest import app, client, clock, steps, urls, world

__all__ = ["app", "client", "clock", "steps", "urls", "world"]
