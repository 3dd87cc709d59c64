"""Supervises the fake service from PLATFORM_HOME, as `python -m improve.local serve` does the real ones."""

import asyncio
import os
import sys
from collections.abc import Mapping

from improve.errors import CommandError
from improve.local.home import Home
from improve.local.services import Process, Service, uvicorn
from improve.local.supervisor import Supervisor


class FakeService(Service):
    """The same names and ports, other programs."""

    def migration(self, environment: Mapping[str, str]) -> Process:
        """Run the fake's migration."""
        return Process(f"{self.name}-migrate", [sys.executable, "-m", "fake_service"], environment)

    def api(self, environment: Mapping[str, str], port: int) -> Process:
        """Serve the fake; or something that ends at once."""
        command = uvicorn("fake_service:app", port, "--lifespan", "off")
        if os.environ.get("FAKE_API_ENDS"):
            command = [sys.executable, "-c", "raise SystemExit('cannot begin')"]
        return Process(self.name, command, environment, port, f"http://127.0.0.1:{port}/readyz")

    def worker(self, environment: Mapping[str, str], port: int) -> Process:
        """Serve the fake once more in the worker's place."""
        command = uvicorn("fake_service:app", port, "--lifespan", "off")
        return Process(f"{self.name}-worker", command, environment, port, f"http://127.0.0.1:{port}/readyz")


def main() -> int:
    """Run until told to stop."""
    home = Home.find()
    try:
        with home.locked():
            home.prepare()
            asyncio.run(Supervisor(home, [FakeService("alpha", 18990)]).run())
    except CommandError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.status
    return 0


if __name__ == "__main__":
    sys.exit(main())
