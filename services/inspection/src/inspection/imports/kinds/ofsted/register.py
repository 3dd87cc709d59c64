"""The school itself, from the first columns of its row."""

from collections.abc import Callable, Sequence
from datetime import date
from operator import itemgetter
from typing import Any, Final, NamedTuple

from inspection.data import load
from inspection.domain.names import fold
from inspection.imports.kinds.codes import code_reader
from inspection.imports.kinds.columns import Columns, Reader
from inspection.imports.kinds.packing import digest, pack
from inspection.imports.reading.cells import (
    fold_word,
    parse_date,
    parse_digits,
    parse_int,
    parse_text,
)
from inspection.imports.reading.problems import RejectedRow

COLUMNS: Final = (
    "urn",
    "laestab",
    "name",
    "name_folded",
    "postcode",
    "report_url",
    "phase",
    "region",
    "pupils",
    "idaci_quintile",
    "low_age",
    "high_age",
    "sixth_form",
    "religious_character",
    "open_date",
    "type_code",
    "la_code",
    "trust_uid",
    "status",
    "rb_kind",
    "rb_id",
    "rb_reason",
)
TRUST: Final = "trust"
LOCAL_AUTHORITY: Final = "local_authority"
NOT_IN_SOURCE: Final = "not_in_source"
OPEN: Final = "open"
LOWEST_URN: Final = 100_000
HIGHEST_URN: Final = 999_999
_OLDEST_PUPIL: Final = 25
_LAESTAB_DIGITS: Final = 7


class Register(NamedTuple):
    """The register's part of a row: `packed` are the columns of `COLUMNS`."""

    packed: str
    content_hash: bytes
    trust_uid: str | None
    trust_name: str | None
    open_date: date | None


class RegisterReader:
    """Reads the register's part of rows; raises RejectedRow for a value that cannot be read."""

    def __init__(self, columns: Columns) -> None:
        titles: dict[str, str] = columns.known["fields"]
        self._uid_title, self._type_title = titles["trust_uid"], titles["type"]
        read = columns.reader
        self._urn = read("urn", parse_urn, "not a URN (six digits)", needed=True)
        self._own: dict[str, Reader[Any]] = {  # every school has its own value
            "laestab": read("laestab", _laestab, "not a LAESTAB (seven digits)"),
            "name": read("name", parse_text, "too long", needed=True),
            "postcode": read("postcode", parse_text, "too long"),
            "report_url": read("report_url", _web_link, "not a web link"),
        }
        self._common: dict[str, Reader[Any]] = {  # many schools share one
            "phase": read("phase", code_reader("phases", "file_values"), "not a phase known", needed=True),
            "region": read("region", code_reader("regions", "label"), "not one of the nine regions", needed=True),
            "pupils": read("pupils", _number(), "not a whole number"),
            "idaci_quintile": read("idaci_quintile", _number(1, 5), "not a quintile from 1 to 5"),
            "low_age": read("low_age", _number(0, _OLDEST_PUPIL), "not an age"),
            "high_age": read("high_age", _number(0, _OLDEST_PUPIL), "not an age"),
            "sixth_form": read("sixth_form", _flag(columns.known["sixth_form"]), "not known"),
            "religious_character": read("religious_character", parse_text, "too long"),
            "open_date": read("open_date", _iso_date, "not a date (dd/mm/yyyy)"),
            "type": read("type", code_reader("school_types", "label", "aliases"), "no type known", needed=True),
            "local_authority": read(
                "local_authority",
                code_reader("local_authorities", "label", "aliases"),
                "no authority known",
                needed=True,
            ),
            "trust_uid": read("trust_uid", parse_uid, "not a UID (digits)"),
        }
        self._trust_name = read("trust_name", parse_text, "too long")
        self._place_of_urn = columns.place(titles["urn"])
        self._pick_own = itemgetter(*(columns.place(titles[field]) for field in self._own))
        self._pick_common = itemgetter(*(columns.place(titles[field]) for field in self._common))
        self._place_of_trust_name = columns.place(titles["trust_name"])
        self._bodies: dict[str, str] = {entry["code"]: entry["responsible_body"] for entry in load("school_types")}

    def urn(self, cells: Sequence[str]) -> int:
        """Return the row's URN."""
        urn = self._urn.read(cells[self._place_of_urn])
        assert urn is not None  # noqa: S101 - the column is needed
        return urn

    def __call__(self, cells: Sequence[str], urn: int) -> Register:
        """Return the school."""
        laestab, name, postcode, url = (
            reader.read(cell) for reader, cell in zip(self._own.values(), self._pick_own(cells), strict=True)
        )
        common = [reader[cell] for reader, cell in zip(self._common.values(), self._pick_common(cells), strict=True)]
        opened, type_code, la_code, uid = common[-4:]
        assert name and type_code and la_code  # noqa: PT018, S101 - the columns are needed
        body = self._body(type_code, la_code, uid)
        packed = pack([str(urn), laestab, name, fold(name), postcode, url, *common, OPEN, *body])
        trust_name = self._trust_name[cells[self._place_of_trust_name]] if uid else None
        return Register(packed, digest(packed), uid, trust_name, date.fromisoformat(opened) if opened else None)

    def _body(self, type_code: str, la_code: str, uid: str | None) -> tuple[str, str | None, str | None]:
        """Return kind, id and the reason there is no id of the responsible body: the trust, or else the authority."""
        kind = self._bodies[type_code]
        if uid is not None and kind != TRUST:
            raise RejectedRow(
                "contradiction",
                f"{self._uid_title}: {uid} is given for a school whose type ({self._type_title}) has no trust.",
                self._uid_title,
                uid,
            )
        if kind == LOCAL_AUTHORITY:
            return kind, la_code, None
        return kind, uid, None if uid else NOT_IN_SOURCE


def parse_urn(cell: str) -> int:
    """Read a URN; ValueError for anything but six digits."""
    urn = parse_int(cell)
    if not LOWEST_URN <= urn <= HIGHEST_URN:
        raise ValueError("not six digits")
    return urn


def parse_uid(cell: str) -> str:
    """Read the UID of a group; ValueError for anything but digits, the first not 0: as a number it is the same one."""
    uid = parse_digits(cell)
    if uid.startswith("0"):
        raise ValueError("starts with 0")
    return uid


def _laestab(cell: str) -> str:
    text = parse_digits(cell)
    if len(text) != _LAESTAB_DIGITS:
        raise ValueError("not seven digits")
    return text


def _number(lowest: int = 0, highest: int = 1_000_000) -> Callable[[str], str]:
    """Return a reader of whole numbers between bounds, in the database's text form."""

    def read(cell: str) -> str:
        value = parse_int(cell)
        if not lowest <= value <= highest:
            raise ValueError("out of range")
        return str(value)

    return read


def _iso_date(cell: str) -> str:
    return parse_date(cell).isoformat()


def _flag(values: dict[str, bool]) -> Callable[[str], str | None]:
    """Return a reader of whether there is a sixth form; `Not applicable` and the like say nothing."""
    known = {fold_word(value): "t" if has else "f" for value, has in values.items()}
    return lambda cell: known.get(fold_word(cell))


def _web_link(cell: str) -> str:
    text = parse_text(cell)
    if not text.startswith(("http://", "https://")):
        raise ValueError("not a web link")
    return text
