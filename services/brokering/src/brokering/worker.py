"""The second process: follows the feeds, solves rounds, lets overdue offers lapse. `python -m brokering.worker`."""

from brokering.app import SERVICE_DIR
from brokering.intake.followers import followers
from brokering.jobs import jobs
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
        background=[lapse_forever],
        service_dir=SERVICE_DIR,
    )


if __name__ == "__main__":
    main()
