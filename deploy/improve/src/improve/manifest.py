"""`manifest.csv`: which official files a folder holds, of which kind and date, in loading order."""

import csv
from dataclasses import dataclass
from datetime import date
from io import StringIO
from pathlib import Path

from improve.errors import UsageError
from improve.kinds import checked_kind

NAME = "manifest.csv"
COLUMNS = ("file", "kind", "as_at")


@dataclass(frozen=True)
class Entry:
    """One file to load. Without `as_at` the service takes the date in the file's name."""

    path: Path
    kind: str
    as_at: date | None


def read_manifest(folder: Path) -> list[Entry]:
    """The files of a folder in the order to load them; raises UsageError that names the line that is wrong."""
    path = folder / NAME
    if not path.is_file():
        raise UsageError(f"{folder} has no {NAME} (columns: {', '.join(COLUMNS)})")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"{path} is not UTF-8 text") from None
    with StringIO(text, newline="") as file:
        reader = csv.DictReader(file)
        missing = [column for column in COLUMNS if column not in (reader.fieldnames or [])]
        if missing:
            raise UsageError(f"{path} lacks the column {missing[0]}")
        return [_entry(folder, f"{path} line {reader.line_num}", row) for row in reader]


def _entry(folder: Path, where: str, row: dict[str, str | None]) -> Entry:
    name, kind, as_at = ((row[column] or "").strip() for column in COLUMNS)
    path = folder / name
    if Path(name).is_absolute() or ".." in Path(name).parts:
        raise UsageError(f"{where}: {name} lies outside the folder")
    if not name or not path.is_file():
        raise UsageError(f"{where}: there is no file {name or '(empty)'}")
    if not kind:
        raise UsageError(f"{where}: {name} has no kind")
    try:
        return Entry(path, checked_kind(kind), date.fromisoformat(as_at) if as_at else None)
    except UsageError as error:
        raise UsageError(f"{where}: {error}") from None
    except ValueError:
        raise UsageError(f"{where}: {as_at} is not a date (YYYY-MM-DD)") from None
