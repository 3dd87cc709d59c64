"""The second process: it runs imports, numbers the events of the change feed, and decides anew."""

from inspection.app import SERVICE_DIR
from inspection.imports.service import JOBS
from inspection.redeciding import redecide
from inspection.settings import Settings
from shared.worker import run_worker


def main() -> None:
    """Run until told to stop."""
    run_worker("inspection", Settings(), JOBS, background=(redecide,), service_dir=SERVICE_DIR)


if __name__ == "__main__":
    main()
