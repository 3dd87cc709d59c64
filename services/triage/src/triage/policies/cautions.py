"""What to look at twice before a version comes into force: days without one, and an order of rules without sense."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from typing import Final

from sqlalchemy import RowMapping

from triage.domain.policy import read_policy
from triage.domain.rule_order import Misplaced, Relations, misplaced
from triage.policies.catalogue import catalogue
from triage.policies.documents import Document

_DAY: Final = timedelta(days=1)
_MEANING: Final[Mapping[str, str]] = {
    "never_fires": "is never tried: {by}, before it, settle every school it would hold for.",
    "never_decides": "decides nothing: {by}, before it, have proposed a result for every school it holds for.",
    "less_before_more": "proposes more than {by}, before it: where both hold, the lesser result is proposed.",
}


def cautions_of(row: RowMapping, state: str, active: Sequence[RowMapping]) -> list[Document]:
    """The cautions on a version; on a draft with regard to the `active` ones, as if it were activated now."""
    if state == "withdrawn":
        return []
    return [*_days(row, state, active), *map(_told, misplaced(read_policy(row["document"]), _relations()))]


@cache
def _relations() -> Relations:
    return Relations(*(catalogue()[name] for name in ("covers", "closing", "apart")))


def _told(found: Misplaced) -> Document:
    detail = f"{found.rule} {_MEANING[found.code].format(by=' and '.join(found.by))}"
    return _caution(f"/rules/{found.place}", detail, found.code)


def _caution(pointer: str, detail: str, code: str) -> Document:
    return {"pointer": pointer, "detail": detail, "code": code}


def _days(row: RowMapping, state: str, active: Sequence[RowMapping]) -> Iterator[Document]:
    if state != "draft":
        if row["uncovered_from"] is not None:
            yield _gap("/in_force/to", row["uncovered_from"], row["uncovered_to"])
        return
    if (blocked := overlap(row, active)) is not None:
        yield _caution("/in_force", blocked, "overlap")
    begins, ends = row["in_force_from"], row["own_end"]
    earlier = max((each for each in active if each["in_force_from"] < begins), key=_first_day, default=None)
    later = min((each for each in active if each["in_force_from"] > begins), key=_first_day, default=None)
    if earlier is not None and earlier["own_end"] is not None and earlier["own_end"] + _DAY < begins:
        yield _gap("/in_force/from", earlier["own_end"] + _DAY, begins - _DAY)
    if ends is not None and (later is None or ends + _DAY < later["in_force_from"]):
        yield _gap("/in_force/to", ends + _DAY, None if later is None else later["in_force_from"] - _DAY)


def _first_day(row: RowMapping) -> date:
    first: date = row["in_force_from"]
    return first


def _gap(pointer: str, begins: date, ends: date | None) -> Document:
    until = "until another is brought into force" if ends is None else f"to {ends}"
    return _caution(pointer, f"From {begins} {until} no version of the scheme is in force.", "uncovered_days")


def overlap(draft: RowMapping, active: Sequence[RowMapping]) -> str | None:
    """Which active version is in a draft's way: an earlier one by an end of its own, a later one by its beginning."""
    begins, ends = draft["in_force_from"], draft["own_end"]
    for other in active:
        since, until = other["in_force_from"], other["own_end"]
        if since < begins and until is not None and until >= begins:
            return f"Version {other['version']} is in force to {until} by its own document."
        if since >= begins and (ends is None or since <= ends):
            return f"Version {other['version']} is active from {since}; this one would still be in force."
    return None
