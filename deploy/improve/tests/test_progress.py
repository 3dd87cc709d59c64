import re

import pytest

from improve import progress as module
from improve.progress import progress


class TestPlainLines:
    @pytest.mark.parametrize(
        ("told", "line"),
        [
            ((3, 1200, "judging"), r"  a run: judging 3 of 1,200, \d+ s\n"),
            ((1500, None, None), r"  a run: under way 1,500, \d+ s\n"),
            ((0, None, "catching up"), r"  a run: catching up, \d+ s\n"),
        ],
    )
    def test_say_what_is_known_and_that_time_goes_on(
        self,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
        told: tuple[int, int | None, str | None],
        line: str,
    ) -> None:
        monkeypatch.setattr(module, "LINE_EVERY", 0.0)
        with progress("a run") as update:
            update(*told)
        assert re.fullmatch(line, capsys.readouterr().err)
