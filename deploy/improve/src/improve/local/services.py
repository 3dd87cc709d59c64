"""The services of the platform: their ports, their processes, and the environment they are given."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

from improve.errors import UsageError

HIGHEST_PORT = 65535


@dataclass(frozen=True)
class Process:
    """One process to run: `health` is the URL that answers 200 when it is ready, None for a command that ends."""

    name: str
    command: list[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    port: int | None = None
    health: str | None = None


@dataclass(frozen=True)
class Service:
    """A service by the name of its package. `calls` are the services whose URL it is told."""

    name: str
    default_port: int
    calls: tuple[str, ...] = ()

    @property
    def port_variable(self) -> str:
        """The environment variable that sets its port."""
        return f"{self.name.upper()}_PORT"

    @property
    def client_id(self) -> str:
        """Its own client at the token issuer."""
        return f"{self.name}-service"

    @property
    def owner(self) -> str:
        """The role that owns its tables and migrates them."""
        return f"{self.name}_owner"

    @property
    def app(self) -> str:
        """The role that serves requests: no owner, no superuser, subject to row-level security."""
        return f"{self.name}_app"

    def port(self, environment: Mapping[str, str] = os.environ) -> int:
        """Its port on 127.0.0.1; raises UsageError for what is no port."""
        text = environment.get(self.port_variable) or str(self.default_port)
        if not text.isdecimal() or not 0 < int(text) <= HIGHEST_PORT:
            raise UsageError(f"{self.port_variable}={text} is not a port number")
        return int(text)

    def url(self, environment: Mapping[str, str] = os.environ) -> str:
        """Where it answers on this machine."""
        return f"http://127.0.0.1:{self.port(environment)}"

    def migration(self, environment: Mapping[str, str]) -> Process:
        """The command that brings its database up to date."""
        return Process(f"{self.name}-migrate", [sys.executable, "-m", f"{self.name}.migrate"], environment)

    def api(self, environment: Mapping[str, str], port: int) -> Process:
        """The process that answers requests."""
        command = uvicorn(f"{self.name}.main:app", port)
        return Process(self.name, command, environment, port, f"http://127.0.0.1:{port}/readyz")

    def worker(self, environment: Mapping[str, str], port: int) -> Process:
        """The process that follows feeds and runs jobs; it tells of its health on a port of its own."""
        own = {**environment, f"{self.name.upper()}_WORKER_PORT": str(port)}
        command = [sys.executable, "-m", f"{self.name}.worker"]
        return Process(f"{self.name}-worker", command, own, port, f"http://127.0.0.1:{port}/readyz")


def uvicorn(target: str, port: int, *options: str) -> list[str]:
    """The command that serves an ASGI application; open requests get five seconds when it is asked to stop."""
    return [
        *(sys.executable, "-m", "uvicorn", target),
        *("--host", "127.0.0.1", "--port", str(port)),
        *("--no-access-log", "--timeout-graceful-shutdown", "5"),
        *options,
    ]


SERVICES = (
    Service("inspection", 8001),
    Service("triage", 8002, calls=("inspection", "brokering")),
    Service("brokering", 8003, calls=("inspection", "triage")),
)
