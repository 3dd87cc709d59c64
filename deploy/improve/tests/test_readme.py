import csv
import re
from pathlib import Path

import pytest

from improve.kinds import kinds

ROOT = Path(__file__).parents[3]
README = (ROOT / "README.md").read_text("utf-8")
NEWEST = ROOT / "deploy/sample/latest_inspections_2026-05-31.csv"
SHELL = "\n".join(re.findall(r"^```sh\n(.*?)^```", README, re.DOTALL | re.MULTILINE))


class TestTheCommandsOfTheReadme:
    @pytest.mark.parametrize("urn", sorted(set(re.findall(r"(?:schools/|school )(\d{6})\b", SHELL))))
    def test_name_schools_of_the_sample_that_have_a_report_card(self, urn: str) -> None:
        with NEWEST.open(encoding="cp1252", newline="") as file:
            rows = {row["URN"]: row for row in csv.DictReader(file)}
        assert rows[urn]["Curriculum and teaching"] == "Needs attention"

    def test_name_files_that_are_there(self) -> None:
        named = set(re.findall(r"deploy/sample[\w./-]*", SHELL))
        assert len(named) > 1
        assert [name for name in sorted(named) if not (ROOT / name).exists()] == []

    def test_name_kinds_that_exist(self) -> None:
        named = re.findall(r"kind[ =]([\w-]+)", SHELL)
        assert len(named) > 1
        assert set(named) <= set(kinds())
