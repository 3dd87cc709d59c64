"""The school itself, from the first columns of its row."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from inspection.data import load
from inspection.domain.names import fold
from inspection.imports.kinds.codes import code_reader
from inspection.imports.kinds.columns import Columns, OwnTexts, Reader
from inspection.imports.kinds.packing import NOTHING, digest, join, pack, pack_columns, unpack
from inspection.imports.reading.cells import (
    fold_word,
    parse_date,
    parse_digits,
    parse_int,
    parse_text,
    plain_digits,
    plain_texts,
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
    "sixth_form_reason",
)
TRUST: Final = "trust"
LOCAL_AUTHORITY: Final = "local_authority"
NOT_IN_SOURCE: Final = "not_in_source"
OPEN: Final = "open"
LOWEST_URN: Final = 100_000
HIGHEST_URN: Final = 999_999
_OLDEST_PUPIL: Final = 25
_LAESTAB_DIGITS: Final = 7
_WEB: Final = ("http://", "https://")


class Register(NamedTuple):
    """The register's part of a row: `packed` are the columns of `COLUMNS`."""

    packed: str
    content_hash: bytes
    trust_uid: str | None
    trust_name: str | None


class RegisterReader:
    """Reads the register's part of rows; raises RejectedRow for a value that cannot be read."""

    def __init__(self, columns: Columns) -> None:
        titles: dict[str, str] = columns.known["fields"]
        self._uid_title, self._type_title = titles["trust_uid"], titles["type"]
        read = columns.reader
        self._urn = read("urn", parse_urn, "not a URN (six digits)", needed=True)
        self._own = {
            "laestab": OwnTexts(read("laestab", _laestab, "not a LAESTAB (seven digits)"), _plain_laestabs),
            "name": OwnTexts(read("name", parse_text, "too long", needed=True), plain_texts),
            "postcode": OwnTexts(read("postcode", parse_text, "too long"), plain_texts),
            "report_url": OwnTexts(read("report_url", _web_link, "not a web link"), _plain_links),
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
            "open_date": columns.dates_reader("open_date", _iso_date, "not a date (dd/mm/yyyy)"),
            "type": read("type", code_reader("school_types", "label", "aliases"), "no type known", needed=True),
            "local_authority": read(
                "local_authority",
                code_reader("local_authorities", "label", "aliases"),
                "no authority known",
                needed=True,
            ),
            "trust_uid": read("trust_uid", parse_uid, "not a UID (digits)"),
        }
        self._sixth_form_reason = read("sixth_form", _reason(columns.known["sixth_form_reasons"]), "not known")
        self._place_of_sixth_form = columns.place(titles["sixth_form"])
        self._trust_name = read("trust_name", parse_text, "too long")
        self._place_of_urn = columns.place(titles["urn"])
        self._own_places = [columns.place(titles[field]) for field in self._own]
        self._common_places = [columns.place(titles[field]) for field in self._common]
        self._place_of_trust_name = columns.place(titles["trust_name"])
        self._bodies: dict[str, str] = {entry["code"]: entry["responsible_body"] for entry in load("school_types")}

    def urn(self, cells: Sequence[str]) -> int:
        """Return the row's URN."""
        urn = self._urn[cells[self._place_of_urn]]
        assert urn is not None  # noqa: S101 - the column is needed
        return urn

    def __call__(self, columns: Sequence[Sequence[str]], urns: Sequence[int]) -> list[Register]:
        """Return the schools of rows given as columns (a blank one added at the end) and their URNs."""
        laestabs, names, postcodes, urls = (
            own.column(columns[place]) for own, place in zip(self._own.values(), self._own_places, strict=True)
        )
        common: list[list[Any]] = [
            reader.column(columns[place])
            for reader, place in zip(self._common.values(), self._common_places, strict=True)
        ]
        types, authorities, uids = common[-3:]
        bodies = zip(*map(self._body, types, authorities, uids), strict=True)
        folded = [fold(str(name)) for name in names]
        status = [OPEN] * len(urns)
        told = pack_columns([*map(str, urns)], laestabs, names, folded, postcodes, urls, *common, status, *bodies)
        reasons = self._sixth_form_reason.column(columns[self._place_of_sixth_form])
        packed = [join(each, reason or NOTHING) for each, reason in zip(told, reasons, strict=True)]
        digests = map(_digest, told, reasons)
        trust_names = [
            self._trust_name[cell] if uid else None
            for uid, cell in zip(uids, columns[self._place_of_trust_name], strict=True)
        ]
        return [*map(Register, packed, digests, uids, trust_names)]

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


def completed(register: Register, values: Mapping[str, str | None]) -> Register:
    """Return the same with these values, in text form, in place of its own."""
    filled = {**dict(zip(COLUMNS, unpack(register.packed), strict=True)), **values}
    *told, reason = filled.values()
    content_hash = _digest(pack(told), reason)
    return register._replace(packed=pack([*filled.values()]), content_hash=content_hash)


def _digest(told: str, reason: str | None) -> bytes:
    """Return the digest of a packed row; one without a reason keeps that which it had before there were any."""
    return digest(join(told, reason) if reason else told)


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


def _plain_laestabs(cells: Sequence[str]) -> bool:
    return plain_digits(cells, _LAESTAB_DIGITS)


def _plain_links(cells: Sequence[str]) -> bool:
    return plain_texts(cells) and all(cell.startswith(_WEB) for cell in cells)


def _iso_date(cell: str) -> str:
    return parse_date(cell).isoformat()


def _flag(values: dict[str, bool]) -> Callable[[str], str | None]:
    """Return a reader of whether there is a sixth form; `Not applicable` and the like say neither."""
    known = {fold_word(value): "t" if has else "f" for value, has in values.items()}
    return lambda cell: known.get(fold_word(cell))


def _reason(values: dict[str, str]) -> Callable[[str], str | None]:
    """Return a reader of why that is told neither way; a cell like `Not recorded` gives no reason."""
    known = {fold_word(value): reason for value, reason in values.items()}
    return lambda cell: known.get(fold_word(cell))


def _web_link(cell: str) -> str:
    text = parse_text(cell)
    if not text.startswith(_WEB):
        raise ValueError("not a web link")
    return text
