"""What a process holds (Linux)."""

from __future__ import annotations

from pathlib import Path


def peak_megabytes(pid: int) -> float:
    """The most memory that a process has held since it started, or since its peak was last forgotten."""
    status = Path(f"/proc/{pid}/status").read_text()
    peak = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(peak.split()[1]) / 1024


def forget_peak(pid: int) -> None:
    """Let the peak of a process begin anew at what it holds now."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")
