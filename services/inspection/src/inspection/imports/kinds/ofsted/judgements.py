"""What an inspection judged, from the cells of one block of columns to the columns of the table."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import orjson

from inspection.data import load
from inspection.domain.concerns import MISSING, category_of_card, check_category
from inspection.domain.frameworks import REPORT_CARD
from inspection.imports.kinds.codes import code_reader
from inspection.imports.kinds.packing import digest, pack, text_array, unpack
from inspection.imports.reading.cells import blank, fold_word, look_up, unreadable

COLUMNS: Final = (
    "overall",
    "overall_reason",
    "category_of_concern",
    "safeguarding",
    "safeguarding_reason",
    "grades",
    "outcome_code",
    "warnings",
)
NOT_RECORDED: Final = "not_recorded"
NONE_IN_FRAMEWORK: Final = "none_in_framework"
NOT_JUDGED: Final = "not_judged"
DATA_ERROR: Final = "data_error"
INADEQUATE: Final = 4
_NOT_JUDGED_WORDS: Final = "not judged"


@dataclass(frozen=True, slots=True)
class Judgement:
    """The judgement as packed columns, its digest (8 bytes), and the codes of its warnings.

    `doubts` are those of the warnings that are no matter of the judgement: they are not in its digest.
    """

    packed: str
    digest: bytes
    warnings: tuple[str, ...]
    doubts: tuple[str, ...] = ()

    def doubted(self, codes: tuple[str, ...]) -> "Judgement":
        """Return the same judgement with these warnings on the inspection's dates, and no others on them."""
        warnings = (*self.warnings[: len(self.warnings) - len(self.doubts)], *codes)
        packed = pack([*unpack(self.packed)[:-1], text_array(warnings)])
        return Judgement(packed, self.digest, warnings, codes)


def judgement(
    *,
    overall: tuple[int | None, str | None] = (None, NONE_IN_FRAMEWORK),
    category: str | None = None,
    safeguarding: tuple[str | None, str | None] = (None, NONE_IN_FRAMEWORK),
    grades: Mapping[str, int | str | None],
    outcome: str | None = None,
    warnings: Sequence[str] = (),
) -> Judgement:
    """Put a judgement together."""
    grade, reason = overall
    packed = pack(
        [
            None if grade is None else str(grade),
            reason,
            category,
            *safeguarding,
            orjson.dumps(grades).decode(),
            outcome,
            text_array(warnings),
        ]
    )
    return Judgement(packed, digest(packed, 8), tuple(warnings))


def ungraded(cells: Sequence[str], titles: Sequence[str]) -> Judgement:
    """Read the one cell of an ungraded inspection: its outcome in words; blank is no outcome."""
    try:
        outcome = None if blank(cells[0]) else code_reader("outcomes", "label")(cells[0])
    except ValueError as error:
        raise unreadable(titles[0], cells[0], "not one of the outcomes known") from error
    return judgement(grades={}, outcome=outcome)


def card(areas: Sequence[str], cells: Sequence[str], titles: Sequence[str]) -> Judgement:
    """Read the cells category, safeguarding, then one for each area, of a report card."""
    category = _category(cells[0], titles[0])
    safeguarding = _safeguarding(cells[1], titles[1], "report-card-2025")
    read = code_reader("grades", "label", "synonyms")
    grades: dict[str, int | str | None] = {}
    for area, cell, title in zip(areas, cells[2:], titles[2:], strict=True):
        grades[area] = _grade(cell, title, read, str)
    warning = check_category(category, category_of_card(grades, safeguarding[0]))
    return judgement(
        category=category, safeguarding=safeguarding, grades=grades, warnings=() if warning is None else (warning,)
    )


def graded(
    framework: str, areas: Sequence[str], cells: Sequence[str], titles: Sequence[str], *, has_overall: bool
) -> Judgement:
    """Read the cells category, safeguarding, overall, then one for each area, of a graded inspection before cards."""
    category = _category(cells[0], titles[0])
    safeguarding = _safeguarding(cells[1], titles[1], framework)
    overall, warnings = _overall(cells[2], titles[2], has_overall=has_overall)
    read = _older_grades()
    grades = {
        area: _grade(cell, title, read, int) for area, cell, title in zip(areas, cells[3:], titles[3:], strict=True)
    }
    if overall[0] == INADEQUATE and category is None:
        warnings = (*warnings, MISSING)
    return judgement(overall=overall, category=category, safeguarding=safeguarding, grades=grades, warnings=warnings)


def _overall(cell: str, title: str, *, has_overall: bool) -> tuple[tuple[int | None, str | None], tuple[str, ...]]:
    """Return (grade, reason there is none) and warnings. Since 2 September 2024 there is no such grade."""
    if fold_word(cell) == _NOT_JUDGED_WORDS:
        return (None, NOT_JUDGED), (("not_judged_before_2_sep_2024",) if has_overall else ())
    value = _grade(cell, title, _older_grades(), int)
    if value is None:
        return (None, NOT_RECORDED), ()
    reason = _reasons().get(value)
    if reason is not None:
        return (None, reason), ()
    if not has_overall:
        return (None, DATA_ERROR), ("overall_in_eif_2024",)
    return (value, None), ()


def _grade(cell: str, title: str, read: Callable[[str], Any], kind: type) -> Any:
    """Read a grade; those of the other scale are unreadable here."""
    try:
        value = None if blank(cell) else read(cell)
    except ValueError as error:
        raise unreadable(title, cell, "not a grade of this kind of inspection") from error
    if value is not None and not isinstance(value, kind):
        raise unreadable(title, cell, "not a grade of this kind of inspection")
    return value


def _category(cell: str, title: str) -> str | None:
    try:
        value: str | None = None if blank(cell) else code_reader("categories", "code", "label")(cell)
    except ValueError as error:
        raise unreadable(title, cell, "not a category of concern") from error
    return value


def _safeguarding(cell: str, title: str, framework: str) -> tuple[str | None, str | None]:
    """Return (code, reason there is none); 9 and blank are not recorded."""
    if blank(cell) or (cell.strip() == "9" and framework != REPORT_CARD):
        return None, NOT_RECORDED
    value = _safeguarding_values(framework).get(fold_word(cell))
    if value is None:
        raise unreadable(title, cell, "not a judgement on safeguarding")
    return value, None


@lru_cache
def _safeguarding_values(framework: str) -> dict[str, str]:
    return {
        fold_word(value): entry["code"]
        for entry in load("safeguarding")
        if framework in entry["frameworks"]
        for value in entry["file_values"]
    }


@lru_cache
def _reasons() -> dict[int, str]:
    return {entry["file_code"]: entry["code"] for entry in load("grade_reasons") if entry["file_code"] is not None}


@lru_cache
def _older_grades() -> Callable[[str], int]:
    """Return a reader of 1 to 4 or their names, and of the codes that stand for a reason."""
    names = {
        fold_word(str(value)): entry["code"]
        for entry in load("grades")
        if isinstance(entry["code"], int)
        for value in (entry["code"], entry["label"])
    }
    values = {**names, **{str(code): code for code in _reasons()}}
    return look_up(values)


def warning_text(code: str) -> str:
    """Return what a warning says."""
    return next(str(entry["label"]) for entry in load("warnings") if entry["code"] == code)
