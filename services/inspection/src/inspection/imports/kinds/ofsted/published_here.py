"""A file that tells of an inspection published here: what was published stands, and a difference is told."""

from collections.abc import Mapping
from typing import Any, Final

import orjson

from inspection.domain.areas import read_grade
from inspection.imports.kinds.ofsted import judgements
from inspection.imports.kinds.ofsted.blocks import Found
from inspection.imports.kinds.packing import unpack

DIFFERS: Final = "differs_from_publication"
NOT_APPLICABLE: Final = "not_applicable"


def differs(found: Found, published: Mapping[str, Any]) -> bool:
    """Tell whether a file judges otherwise than `published`: grades, overall grade, category or safeguarding.

    Areas without a grade are no difference, whatever the reason: a file has a cell for every area.
    """
    told = dict(zip(judgements.COLUMNS, unpack(found.judgement.packed), strict=True))
    overall = None if published["overall"] is None else str(published["overall"])
    if told["overall"] != overall or told["category_of_concern"] != published["category_of_concern"]:
        return True
    if told["safeguarding"] not in {None, published["safeguarding"]}:
        return True
    return _graded(orjson.loads(told["grades"] or "{}")) != _graded(published["grades"])


def _graded(grades: Mapping[str, int | str | None]) -> dict[str, int | str]:
    read = {area: read_grade(stored)[0] for area, stored in grades.items()}
    return {area: grade for area, grade in read.items() if grade is not None and grade != NOT_APPLICABLE}
