from datetime import date
from pathlib import Path

import pytest

from improve.errors import UsageError
from improve.kinds import kinds
from improve.manifest import Entry, read_manifest
from inspection.imports.registry import known_codes


def write(folder: Path, text: str) -> Path:
    (folder / "a.csv").write_text("URN\n")
    (folder / "b.csv").write_text("URN\n")
    (folder / "manifest.csv").write_text(text, encoding="utf-8")
    return folder


class TestAManifest:
    def test_lists_files_in_its_own_order(self, tmp_path: Path) -> None:
        folder = write(tmp_path, "file,kind,as_at\nb.csv,gias-groups,2026-07-14\na.csv,leaders,\n")
        assert read_manifest(folder) == [
            Entry(tmp_path / "b.csv", "gias-groups", date(2026, 7, 14)),
            Entry(tmp_path / "a.csv", "leaders", None),
        ]

    def test_may_begin_with_a_byte_order_mark(self, tmp_path: Path) -> None:
        assert read_manifest(write(tmp_path, "\ufefffile,kind,as_at\na.csv,leaders,\n"))[0].kind == "leaders"

    @pytest.mark.parametrize(
        ("text", "complaint"),
        [
            ("file,kind\na.csv,leaders\n", "lacks the column as_at"),
            ("", "lacks the column file"),
            ("file,kind,as_at\nc.csv,leaders,\n", "line 2: there is no file c.csv"),
            ("file,kind,as_at\na.csv,leaders,\nb.csv,,\n", "line 3: b.csv has no kind"),
            ("file,kind,as_at\na.csv,leders,\n", "line 2: there is no kind leders .kinds: .*leaders"),
            ("file,kind,as_at\na.csv,leaders,14/07/2026\n", "line 2: 14/07/2026 is not a date"),
            ("file,kind,as_at\n../a.csv,leaders,\n", "line 2: ../a.csv lies outside the folder"),
            ("file,kind,as_at\n/etc/hosts,leaders,\n", "line 2: /etc/hosts lies outside the folder"),
        ],
    )
    def test_that_is_wrong_is_refused_by_line(self, tmp_path: Path, text: str, complaint: str) -> None:
        with pytest.raises(UsageError, match=complaint):
            read_manifest(write(tmp_path, text))

    def test_of_another_encoding_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "manifest.csv").write_bytes(b"\xff\xfef\x00i\x00")
        with pytest.raises(UsageError, match="is not UTF-8 text"):
            read_manifest(tmp_path)

    def test_must_be_there(self, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match=r"has no manifest\.csv"):
            read_manifest(tmp_path)


class TestTheKinds:
    def test_are_those_that_inspection_knows_of(self) -> None:
        assert sorted(kinds()) == sorted(known_codes())
