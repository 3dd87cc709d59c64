import sys
from pathlib import Path

import pytest

from improve.cli import main
from improve.kinds import kinds
from improve.local.processes import free_port


@pytest.fixture(autouse=True)
def nothing_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLATFORM_HOME", str(tmp_path / "platform"))
    monkeypatch.setenv("COLUMNS", "120")
    for name in ("INSPECTION", "TRIAGE", "BROKERING"):
        monkeypatch.setenv(f"{name}_PORT", str(free_port()))
        monkeypatch.delenv(f"IMPROVE_{name}_URL", raising=False)
    monkeypatch.delenv("IMPROVE_TOKEN", raising=False)


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["improve", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    assert isinstance(ended.value.code, int)
    return ended.value.code


class TestWhatGoesWrong:
    @pytest.mark.parametrize(
        ("arguments", "status", "complaint"),
        [
            (["load", "/no/such/place"], 2, "there is no file or folder /no/such/place"),
            (["load", __file__], 2, "say what test_cli.py is: --kind"),
            (["load", __file__, "--kind", "gias-gruops"], 2, "there is no kind gias-gruops (kinds: ofsted-latest"),
            (["load", __file__, "--kind", "gias-groups"], 1, "inspection does not answer"),
            (["load", str(Path(__file__).parent), "--kind", "leaders"], 2, "--kind and --as-at go with one file"),
            (["load"], 2, "Missing argument"),
            (["explain", "school", "x"], 2, "valid integer"),
            (["token", "--role", "trust"], 2, "ORG=trust:<id>"),
            (["--triage-url", "https://triage.example", "assess"], 2, "wants a token"),
            (["assess"], 1, "triage does not answer"),
            (["round"], 1, "brokering does not answer"),
            (["tour"], 1, "inspection does not answer"),
            (["nonsense"], 2, "No such command"),
        ],
    )
    def test_is_one_line_on_stderr_and_a_status(
        self,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
        arguments: list[str],
        status: int,
        complaint: str,
    ) -> None:
        assert run(monkeypatch, *arguments) == status
        errors = capsys.readouterr().err
        assert complaint in errors
        assert errors.startswith("improve: ")
        assert errors.count("\n") == 1

    def test_a_port_that_is_none_is_named_with_its_variable(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("TRIAGE_PORT", "many")
        assert run(monkeypatch, "assess") == 2
        assert "TRIAGE_PORT=many is not a port number" in capsys.readouterr().err

    def test_status_names_every_service_that_is_not_ready(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run(monkeypatch, "status") == 1
        assert "not ready: inspection, triage, brokering" in capsys.readouterr().err


class TestHelp:
    @pytest.mark.parametrize(
        "command",
        [[], ["load"], ["assess"], ["round"], ["explain", "school"], ["explain", "match"], ["token"], ["tour"]],
    )
    def test_is_there_for_every_command(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: list[str]
    ) -> None:
        assert run(monkeypatch, *command, "--help") == 0
        assert "Usage: improve" in capsys.readouterr().out

    def test_of_load_names_every_kind(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run(monkeypatch, "load", "--help") == 0
        shown = capsys.readouterr().out
        assert [kind for kind in kinds() if kind not in shown] == []
