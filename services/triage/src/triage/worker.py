"""`python -m triage.worker`: follows inspection and brokering, assesses what changed, and runs the jobs."""

from collections.abc import Sequence
from typing import Any

from shared.db.session import Database
from shared.events.consumer import FeedConsumer
from shared.http_client import ClientCredentials, ServiceClient
from shared.worker import run_worker
from triage.clients.inspection import InspectionClient
from triage.intake.brokering import brokering_consumer
from triage.intake.handlers import inspection_consumer
from triage.jobs import JOBS
from triage.migrate import SERVICE_DIR
from triage.reassessment.loop import reassess_what_changed
from triage.settings import Settings
from triage.watch_list.reminding import raise_due_reminders


def consumers(settings: Settings, database: Database) -> Sequence[FeedConsumer[Any]]:
    """The feeds this service follows.

    Raises:
        ValueError: a setting that calls to other services need is missing.
    """
    if settings.inspection_url is None or settings.token_url is None or settings.client_id is None:
        raise ValueError("TRIAGE_INSPECTION_URL, TRIAGE_TOKEN_URL and TRIAGE_CLIENT_ID must be set for the worker")
    secret = settings.client_secret.get_secret_value() if settings.client_secret else ""
    tokens = ClientCredentials(settings.token_url, settings.client_id, secret)
    client = ServiceClient(settings.inspection_url, tokens, name="The inspection service")
    found: list[FeedConsumer[Any]] = [inspection_consumer(InspectionClient(client), database)]
    if settings.brokering_url is not None:
        support = ServiceClient(settings.brokering_url, tokens, name="The brokering service")
        found.append(brokering_consumer(support, database))
    return found


def main() -> None:
    """Run until told to stop."""
    settings = Settings()
    run_worker(
        "triage",
        settings,
        JOBS,
        lambda database: consumers(settings, database),
        background=(reassess_what_changed, raise_due_reminders),
        service_dir=SERVICE_DIR,
    )


if __name__ == "__main__":
    main()
