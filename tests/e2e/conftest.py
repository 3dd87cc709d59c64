"""Platforms for the end-to-end tests: one with the sample loaded and assessed, one with the national files."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest
from tests.e2e.oracle import Assessed, Evidence, assess_all, ofsted_files, read_evidence
from tests.e2e.platform import ROOT, Document, Platform, running

SAMPLE = ROOT / "deploy" / "sample"
NATIONAL = Path(os.environ.get("NATIONAL_DATA", ROOT.parent / "shared" / "data"))
SCHEMES = ("ippr-2023", "rise-2025")


@dataclass(frozen=True)
class Loaded:
    """A platform with a folder of files in it, what the imports answered, and what the files say by our reading."""

    platform: Platform
    folder: Path
    imports: dict[str, Document]
    runs: dict[str, Document]
    evidence: Evidence
    as_of: dt.date

    @cached_property
    def expected(self) -> dict[int, Assessed]:
        return assess_all(self.evidence, self.as_of)


def _loaded(platform: Platform, folder: Path, kinds: set[str] | None) -> Loaded:
    imports = platform.load(folder, kinds)
    runs = {scheme: platform.assess(scheme) for scheme in SCHEMES}
    evidence = read_evidence(ofsted_files(folder))
    return Loaded(platform, folder, imports, runs, evidence, dt.datetime.now(dt.UTC).date())


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    """The committed sample, loaded and assessed under both schemes."""
    with running(tmp_path_factory.mktemp("sample-platform")) as platform:
        yield _loaded(platform, SAMPLE, None)


@pytest.fixture(scope="session")
def national(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    """The national files, loaded and assessed; skips where they are not there."""
    if not (NATIONAL / "manifest.csv").is_file():
        pytest.skip(f"no national files in {NATIONAL} (set NATIONAL_DATA to the folder that holds their manifest.csv)")
    with running(tmp_path_factory.mktemp("national-platform")) as platform:
        yield _loaded(platform, NATIONAL, None)
