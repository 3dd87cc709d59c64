"""What `make run` does once everything is ready: load, assess, match, and show."""

import asyncio
import sys
from pathlib import Path

STEPS = (
    ("loading {data}", ["load", "{data}"]),
    ("assessing every school under each scheme", ["assess"]),
    ("matching schools that need support with leaders", ["round"]),
    ("a tour of the result", ["tour"]),
)


class Walkthrough:
    """Runs the steps one after the other as commands of their own, so that each is what anyone can type.

    `status` is the first exit status that was not 0. The platform serves on whatever happens here.
    """

    def __init__(self, data: Path) -> None:
        self._data = data
        self.status = 0

    async def run(self) -> None:
        """Run all steps; one that fails does not keep the next from showing what there is."""
        for title, arguments in STEPS:
            print(f"\n== {title.format(data=self._data)}", flush=True)
            command = [sys.executable, "-m", "improve", *(part.format(data=self._data) for part in arguments)]
            status = await self._step(command)
            self.status = self.status or status
            if status:
                again = " ".join(part.format(data=self._data) for part in arguments)
                print(f"this step failed: try it again with `.venv/bin/improve {again}`", file=sys.stderr, flush=True)
        print("\nserving; Ctrl-C stops", flush=True)

    async def _step(self, command: list[str]) -> int:
        process = await asyncio.create_subprocess_exec(*command)
        try:
            return await process.wait()
        finally:
            if process.returncode is None:
                process.terminate()
