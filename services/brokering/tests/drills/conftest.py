"""The drills run on the same small world as the tests."""

from services.brokering.tests.integration.conftest import one_database, urls
from services.brokering.tests.integration.support.conftest import app, client, clock, http_steps, steps, world

__all__ = ["app", "client", "clock", "http_steps", "one_database", "steps", "urls", "world"]
