"""The second process: feeds, rounds, offers that lapse, notifications that go out. `python -m brokering.worker`."""

from brokering.app import SERVICE_DIR
from brokering.clients.mail import mailer
from brokering.intake.followers import followers
from brokering.jobs import jobs
from brokering.notifications.sending import Sender
from brokering.offers.lapse import lapse_forever
from brokering.settings import Settings
from shared.worker import run_worker


def main() -> None:
    """Run until SIGTERM."""
    settings = Settings()
    run_worker(
        "brokering",
        settings,
        jobs(settings.solver_seconds),
        lambda database: followers(settings, database),
        background=[lapse_forever, Sender(mailer(settings)).send_forever],
        service_dir=SERVICE_DIR,
    )


if __name__ == "__main__":
    main()
