"""`python -m improve.local run|up|down|status|reset`: what the Makefile calls."""

import argparse
import asyncio
import logging
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from improve.errors import CommandError
from improve.local import control
from improve.local.home import Home
from improve.local.processes import die_with_parent
from improve.local.services import SERVICES
from improve.local.supervisor import Supervisor
from improve.local.walkthrough import Walkthrough
from shared.db.embedded import EmbeddedPostgresError


def _serve(home: Home, data: Path | None) -> int:
    """Supervise in this process, until told to stop; with `data` load it, and show what there is to see."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S", stream=sys.stderr)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    walkthrough = Walkthrough(data) if data is not None else None
    with home.locked():
        home.prepare()
        supervisor = Supervisor(home, SERVICES)
        asyncio.run(supervisor.run(walkthrough.run if walkthrough else None))
    return walkthrough.status if walkthrough else 0


def _run(home: Home, data: Path) -> int:
    if not data.is_dir():
        raise CommandError(f"{data} is no folder: DATA names a folder with a manifest.csv", status=2)
    if home.is_held():
        return _accompany(home, data)
    die_with_parent()
    return _serve(home, data)


def _accompany(home: Home, data: Path) -> int:
    """The platform runs in the background: load and show, then stay for as long as it does."""
    control.up(home, print)
    walkthrough = Walkthrough(data)
    try:
        asyncio.run(walkthrough.run())
        print("the platform was up before and stays up: `make down` stops it", flush=True)
        while home.is_held():
            time.sleep(1)
    except KeyboardInterrupt:
        pass
    return walkthrough.status


def _up(home: Home) -> int:
    began = time.monotonic()
    rows = control.up(home, lambda text: print(text, flush=True))
    _print_table(rows)
    print(f"ready after {time.monotonic() - began:.1f} s; `make down` stops it, `make -s token ROLE=dfe` gives a token")
    return 0


def _down(home: Home) -> int:
    print("stopped" if control.down(home) else "the platform was not running")
    return 0


def _status(home: Home) -> int:
    rows = control.status(home)
    if not rows:
        print("the platform is not running: `make up` starts it")
        return 1
    _print_table(rows)
    return 0 if all(row.ready for row in rows) and home.read_state().get("phase") == "ready" else 1


def _reset(home: Home) -> int:
    control.reset(home)
    print("stopped and emptied; `make up` or `make run` starts afresh")
    return 0


def _print_table(rows: Sequence[control.Row]) -> None:
    print(f"{'process':<20} {'pid':>8} {'port':>6}  health")
    for row in rows:
        print(f"{row.name:<20} {row.pid or '-':>8} {row.port or '-':>6}  {row.health}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status; what goes wrong is one line on stderr."""
    parser = argparse.ArgumentParser(prog="python -m improve.local", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="in the foreground, with data and a tour")
    run.add_argument("--data", type=Path, required=True, help="a folder with a manifest.csv")
    for name, text in (
        ("serve", "in the foreground, without data"),
        ("up", "in the background; returns when everything is ready"),
        ("down", "stop"),
        ("status", "a table; exit 0 only if all is ready"),
        ("reset", "stop and delete all data"),
    ):
        commands.add_parser(name, help=text)
    options = parser.parse_args(arguments)
    home = Home.find()
    actions = {
        "run": lambda: _run(home, options.data.expanduser().absolute()),
        "serve": lambda: _serve(home, None),
        "up": lambda: _up(home),
        "down": lambda: _down(home),
        "status": lambda: _status(home),
        "reset": lambda: _reset(home),
    }
    try:
        return actions[options.command]()
    except CommandError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.status
    except EmbeddedPostgresError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
