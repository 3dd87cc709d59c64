"""What processes have computed (Linux)."""

from __future__ import annotations

import os
from collections import defaultdict
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
PARENT, OWN, ENDED = 1, slice(11, 13), slice(13, 15)  # in /proc/<pid>/stat, after the name of the program


def cpu_seconds(pid: int) -> float:
    """Seconds of CPU time that a process has taken, and all that descend from it; this one without its children."""
    if pid == os.getpid():
        return sum(os.times()[:2])
    return sum(_ticks(each) for each in _tree(pid)) / TICKS


def parent_of(pid: int) -> int:
    """The process that started this one."""
    return int(_stat(pid)[PARENT])


def _tree(pid: int) -> list[int]:
    children = defaultdict(list)
    running = [int(folder.name) for folder in Path("/proc").iterdir() if folder.name.isdigit()]
    for each in running:
        if stat := _stat(each):
            children[int(stat[PARENT])].append(each)
    found = [pid]
    for one in found:
        found += children[one]
    return found


def _ticks(pid: int) -> int:
    stat = _stat(pid)
    return sum(map(int, stat[OWN] + stat[ENDED]))


def _stat(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:  # it has ended
        return []
