"""The second process: imports, the numbers of the feed's events, deciding anew, and what a day publishes."""

from inspection.app import SERVICE_DIR
from inspection.calendar.service import announce_daily
from inspection.imports.service import JOBS
from inspection.redeciding import redecide
from inspection.settings import Settings
from shared.worker import run_worker


def main() -> None:
    """Run until told to stop."""
    background = (redecide, announce_daily)
    run_worker("inspection", Settings(), JOBS, background=background, service_dir=SERVICE_DIR)


if __name__ == "__main__":
    main()
