"""The committed sample: repeatable, in the official headers, and lively enough for a tour."""

from __future__ import annotations

import csv
import datetime as dt
import importlib
import io
import subprocess
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest
from tests.e2e.oracle import Assessed, Evidence, assess_all, ofsted_files, read_evidence

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "deploy" / "sample"
BEFORE, AFTER = dt.date(2026, 8, 31), dt.date(2026, 9, 1)
RULES = importlib.import_module("tests.e2e.oracle.assess")
FILES = importlib.import_module("tests.e2e.oracle.files")
VALUES = importlib.import_module("tests.e2e.oracle.values")
WRONG_READINGS = [
    *(
        (RULES, "CARD_LEADING", tuple(area for area in RULES.CARD_LEADING if area != left))
        for left in RULES.CARD_LEADING
    ),
    *((RULES, "LEADING", tuple(area for area in RULES.LEADING if area != left)) for left in RULES.LEADING),
    (RULES, "CARD_LEADING", RULES.CARD_AREAS),
    (RULES, "LEADING", RULES.KEY_JUDGEMENTS),
    (RULES, "KEY_JUDGEMENTS", RULES.LEADING[:1]),
    (RULES, "RISE_2_FROM", dt.date(2027, 9, 1)),
    (RULES, "URGENT", "nothing"),
    (RULES, "_below_good", lambda before: before.overall == 4),
    (RULES, "_requires_improvement", lambda latest: latest.overall == 3),
    (RULES, "_serious", lambda latest: False),
    (FILES, "EIF_2024_BEGINS", dt.date(2024, 10, 1)),
    (FILES, "CARDS_BEGIN", dt.date(2025, 11, 11)),
    (FILES, "CARDS_BEGIN", dt.date(2025, 11, 9)),
    (FILES, "_relates", lambda urn, said, then: (said != "No", False)),
    *((VALUES, "CONCERNS", tuple(words for words in VALUES.CONCERNS if words != left)) for left in VALUES.CONCERNS),
]


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return read_evidence(ofsted_files(SAMPLE))


@pytest.fixture(scope="module")
def assessed(evidence: Evidence) -> dict[int, Assessed]:
    return assess_all(evidence, AFTER)


class TestCommittedFiles:
    def test_the_generator_writes_the_committed_bytes_again(self, tmp_path: Path) -> None:
        subprocess.run([sys.executable, "-m", "improve.sample", "--out", str(tmp_path)], check=True, timeout=60)
        written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
        assert written == {path.name: path.read_bytes() for path in SAMPLE.glob("*.csv")}

    def test_the_monthly_files_have_the_official_widths(self) -> None:
        widths = []
        for path, _ in ofsted_files(SAMPLE):
            lines = list(csv.reader(io.StringIO(path.read_bytes().decode("cp1252"), newline="")))
            widths.append(len(next(line for line in lines if "URN" in line)))
        assert widths == [76, 85]

    def test_names_hold_what_peers_reject(self) -> None:
        text = ofsted_files(SAMPLE)[1][0].read_bytes().decode("cp1252")
        assert all(mark in text for mark in ("O'Brien", "é", "ô", "â", '""', "&"))

    def test_each_bad_row_is_set_aside_and_no_other(self, evidence: Evidence) -> None:
        reasons = [[reason.split(" ")[0] for _, reason in one.rejected] for one in evidence.files]
        assert reasons == [["date", "grade", "URN", "category", "URN"], ["a", "grade", "grade", "URN"]]


class TestLiveliness:
    def test_every_tier_and_route(self, assessed: dict[int, Assessed]) -> None:
        tiers = Counter(one.ippr for one in assessed.values())
        assert set(tiers) == {"school_led_development", "enhanced_support", "immediate_action", "undetermined"}
        assert tiers["enhanced_support"] > 15
        assert {one.rise for one in assessed.values()} == {"universal", "targeted", "structural", "undetermined"}

    def test_every_step_flag_and_category(self, assessed: dict[int, Assessed]) -> None:
        assert {one.step for one in assessed.values()} == {"0", "1", "3", "4a", "4b", "4c", "5", "none"}
        flags = {flag for one in assessed.values() for flag in one.flags}
        assert flags == {"stuck", "watch", "predecessor_evidence"}
        assert {one.category for one in assessed.values()} == {None, "SM", "RSI", "SWK", "NTI"}

    def test_every_framework(self, evidence: Evidence) -> None:
        seen = {found.framework for inspections in evidence.schools.values() for found in inspections}
        assert seen == {"pre-eif", "eif-2019", "eif-2024", "report-card-2025", "ungraded"}

    def test_the_second_version_of_rise_changes_routes_on_1_september_2026(self, evidence: Evidence) -> None:
        moved = {
            (before.rise, after.rise)
            for before, after in zip(
                assess_all(evidence, BEFORE).values(), assess_all(evidence, AFTER).values(), strict=True
            )
            if before.rise != after.rise
        }
        assert moved == {("structural", "targeted")}


class TestSensitivity:
    @pytest.mark.parametrize(("module", "name", "wrong"), WRONG_READINGS)
    def test_a_wrong_reading_shows_in_some_school(
        self,
        assessed: dict[int, Assessed],
        monkeypatch: pytest.MonkeyPatch,
        module: ModuleType,
        name: str,
        wrong: object,
    ) -> None:
        monkeypatch.setattr(module, name, wrong)
        assert assess_all(read_evidence(ofsted_files(SAMPLE)), AFTER) != assessed
