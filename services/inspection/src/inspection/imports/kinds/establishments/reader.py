"""A row of the register's extract: one establishment, of which only state-funded schools are kept."""

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

from inspection.data import load
from inspection.domain.grid import degrees_of
from inspection.domain.names import fold
from inspection.domain.register import CLOSED, REGISTER_ONLY, SHARED
from inspection.imports.kinds.codes import code_reader
from inspection.imports.kinds.columns import Columns, Reader
from inspection.imports.kinds.model import RowReader
from inspection.imports.kinds.ofsted.register import LOCAL_AUTHORITY, NOT_IN_SOURCE, TRUST, parse_uid, parse_urn
from inspection.imports.kinds.packing import digest, pack, written
from inspection.imports.reading.cells import fold_word, parse_date, parse_digits, parse_int, parse_text
from inspection.imports.reading.header import Header
from inspection.imports.reading.problems import RejectedRow

CODE: Final = "gias-establishments"
COLUMNS: Final = ("urn", *SHARED, "status", "close_date", *REGISTER_ONLY, "lat", "lng")
NOT_A_DATE: Final = "not a date (dd-mm-yyyy)"
OTHER: Final = "other"
_LA_DIGITS, _NUMBER_DIGITS = 3, 4
_OLDEST_PUPIL: Final = 25
_MOST: Final = 1_000_000


class EstablishmentRow(NamedTuple):
    """What a row says: `packed` are the columns of `COLUMNS`, None for an establishment of another kind."""

    urn: int
    packed: str | None
    content_hash: bytes
    trust_uid: str | None = None
    trust_name: str | None = None
    closed: bool = False


class EstablishmentReader(RowReader):
    """Reads rows of one file. Columns with personal data are known by name, and never read."""

    def __init__(self, header: Header) -> None:
        columns = Columns(CODE, header)
        self.columns = columns
        read = columns.reader
        self._urn = read("urn", parse_urn, "not a URN (six digits)", needed=True)
        self._type = read("type", _type_code(), "not a type of establishment known", needed=True)
        self._status = read("status", code_reader("statuses", "register_code"), "not a status known", needed=True)
        self._readers: dict[str, Reader[Any]] = {
            "name": read("name", parse_text, "too long", needed=True),
            "la_number": read("la_number", _digits(_LA_DIGITS), "not the number of an authority (three digits)"),
            "establishment_number": read("establishment_number", _digits(_NUMBER_DIGITS), "not four digits"),
            "open_date": columns.dates_reader("open_date", parse_date, NOT_A_DATE),
            "close_date": columns.dates_reader("close_date", parse_date, NOT_A_DATE),
            "low_age": read("low_age", _number(_OLDEST_PUPIL), "not an age"),
            "high_age": read("high_age", _number(_OLDEST_PUPIL), "not an age"),
            "sixth_form": read("sixth_form", columns.known["sixth_form"].get, "not known"),
            "religious_character": read("religious_character", parse_text, "too long"),
            "capacity": read("capacity", _number(_MOST), "not a whole number"),
            "pupils": read("pupils", _number(_MOST), "not a whole number"),
            "trust_uid": read("trust_uid", parse_uid, "not a UID (digits)"),
            "trust_name": read("trust_name", parse_text, "too long"),
            "sponsor": read("sponsor", parse_text, "too long"),
            "federation_uid": read("federation_uid", parse_uid, "not a UID (digits)"),
            "federation": read("federation", parse_text, "too long"),
            "ukprn": read("ukprn", parse_digits, "not a UKPRN (digits)"),
            "postcode": read("postcode", parse_text, "too long"),
            "urban_rural": read("urban_rural", parse_text, "too long"),
            "easting": read("easting", _number(_MOST), "not metres of the grid"),
            "northing": read("northing", _number(_MOST * 2), "not metres of the grid"),
        }
        self._placing: dict[str, Reader[Any]] = {
            "phase": read("phase", code_reader("phases", "file_values"), "not a phase known", needed=True),
            "region": read("region", code_reader("regions", "label"), "not one of the nine regions", needed=True),
            "local_authority": read(
                "local_authority",
                code_reader("local_authorities", "label", "aliases"),
                "no authority known",
                needed=True,
            ),
        }
        fields = columns.known["fields"]
        self._places = {name: columns.place(title) for name, title in fields.items()}
        self._types = {entry["code"]: entry for entry in load("school_types")}

    def key(self, cells: Sequence[str]) -> int:
        """Return the URN."""
        return int(self._urn.read(cells[self._places["urn"]]) or 0)

    def read(self, cells: Sequence[str]) -> EstablishmentRow:
        """Return the establishment; one that is no state-funded school is not looked at any further."""
        padded = [*cells, ""]
        urn, type_code = self.key(cells), str(self._type[padded[self._places["type"]]])
        if type_code == OTHER:
            return EstablishmentRow(urn, None, digest(OTHER))
        value: dict[str, Any] = {name: reader[padded[self._places[name]]] for name, reader in self._readers.items()}
        value |= {"urn": urn, "type_code": type_code, "status": self._status[padded[self._places["status"]]]}
        closed = value["status"] == CLOSED
        value |= self._placed(padded, type_code, closed=closed)
        self._body(value)
        packed = pack([written(value[name]) for name in COLUMNS])
        return EstablishmentRow(urn, packed, digest(packed), value["trust_uid"], value["trust_name"], closed)

    def _placed(self, cells: Sequence[str], type_code: str, *, closed: bool) -> dict[str, Any]:
        """Return phase, region and authority: one that has closed may lie in an authority that is no more."""
        found: dict[str, Any] = {"phase": self._types[type_code]["phase"]}
        for name, reader in self._placing.items():
            if found.get(name) is None:
                try:
                    found[name] = reader[cells[self._places[name]]]
                except RejectedRow:
                    if not closed:
                        raise
                    found[name] = None
        return {"phase": found["phase"], "region": found["region"], "la_code": found["local_authority"]}

    def _body(self, value: dict[str, Any]) -> None:
        """Add what is made of other fields: who is responsible, the LAESTAB, the folded name, the place."""
        kind = self._types[value["type_code"]]["responsible_body"]
        if kind != TRUST:
            value["trust_uid"] = None  # a maintained school's is a foundation, which answers for nothing here
        body = value["la_code"] if kind == LOCAL_AUTHORITY else value["trust_uid"]
        place = _place(value["easting"], value["northing"])
        authority, number = value["la_number"], value["establishment_number"]
        value |= {
            "rb_kind": kind,
            "rb_id": body,
            "rb_reason": None if body else NOT_IN_SOURCE,
            "laestab": f"{authority}{number}" if authority and number else None,
            "name_folded": fold(str(value["name"])),
            "lat": place and place[0],
            "lng": place and place[1],
        }


def _place(easting: int | None, northing: int | None) -> tuple[float, float] | None:
    return degrees_of(easting, northing) if easting and northing else None


def _type_code() -> Callable[[str], str]:
    """Return a reader of types: codes of state-funded schools, `OTHER` for others known; ValueError for the rest."""
    known = {entry["code"]: entry["code"] for entry in load("school_types")}
    known |= {entry["code"]: OTHER for entry in load("other_establishment_types")}

    def read(cell: str) -> str:
        code = fold_word(cell).zfill(2)
        if code not in known:
            raise ValueError("not a type known")
        return str(known[code])

    return read


def _digits(length: int) -> Callable[[str], str]:
    def read(cell: str) -> str:
        text = parse_digits(cell)
        if len(text) > length:
            raise ValueError("too long")
        return text.zfill(length)

    return read


def _number(highest: int) -> Callable[[str], int]:
    def read(cell: str) -> int:
        value = parse_int(cell)
        if value > highest:
            raise ValueError("out of range")
        return value

    return read
