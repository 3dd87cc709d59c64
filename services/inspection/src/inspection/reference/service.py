"""The codes of this service with what is known of each: for documents, for checks, and to publish."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final

from fastapi import Request, Response

from inspection.reference.repository import code_lists
from inspection.reference.schemas import Code, Step
from shared.errors import invalid
from shared.responses import dumps, json_response
from shared.schemas import ApiModel

REPORT_CARD: Final = "report-card-2025"

Entry = Mapping[str, Any]


class Codes:
    """The code lists, indexed once; built by `codes()`."""

    def __init__(self, lists: Mapping[str, Sequence[Entry]]) -> None:
        self._entries = {name: {entry["code"]: entry for entry in entries} for name, entries in lists.items()}
        # an area may have another label and place in another framework
        self._areas: dict[str, dict[str, str]] = defaultdict(dict)
        for entry in lists["areas"]:
            for framework in entry["frameworks"]:
                self._areas[framework][entry["code"]] = entry["label"]
        self._order = {
            framework: {area: place for place, area in enumerate(areas)} for framework, areas in self._areas.items()
        }
        self._needing_action = {code for code, entry in self._entries["grades"].items() if entry["action_needed"]}
        self.open_statuses = [code for code, entry in self._entries["statuses"].items() if entry["open"]]
        self.trust_kinds = [code for code, entry in self._entries["group_kinds"].items() if entry["academy_trust"]]

    def entries(self, name: str) -> Mapping[str | int, Entry]:
        """Return a list by code, in its own order."""
        return self._entries[name]

    def label(self, name: str, code: str | int) -> str:
        """Return the label of a code; a code that no list holds stands for itself."""
        entry = self._entries[name].get(code)
        return str(entry["label"]) if entry else str(code)

    def grade_label(self, grade: int | str | None) -> str | None:
        """Return the label of a grade, or None where there is none."""
        return None if grade is None else self.label("grades", grade)

    def action_needed(self, grade: int | str | None) -> bool | None:
        """Tell whether a grade calls for action; None where there is no grade to tell by."""
        return None if grade is None else grade in self._needing_action

    def safeguarding_action(self, judgement: str | None) -> bool | None:
        """Tell whether a safeguarding judgement calls for action; None where there is none."""
        return None if judgement is None else bool(self._entries["safeguarding"][judgement]["action_needed"])

    def in_order(self, framework: str, areas: Iterable[str]) -> list[str]:
        """Return areas in the order of their framework; those it does not know come last."""
        order = self._order.get(framework, {})
        return sorted(areas, key=lambda area: order.get(area, len(order)))

    def area_label(self, framework: str, area: str) -> str:
        """Return what a framework calls an area."""
        return self._areas.get(framework, {}).get(area, area)

    def concern(self, outcome: str) -> bool:
        """Tell whether the outcome of an ungraded inspection speaks of a concern."""
        entry = self._entries["outcomes"].get(outcome)
        return bool(entry and entry["concern"])

    @staticmethod
    def is_report_card(framework: str) -> bool:
        """Tell whether a framework gives report cards."""
        return framework == REPORT_CARD


@cache
def codes() -> Codes:
    """Return the code lists of this release."""
    return Codes(code_lists())


def require_code(name: str, code: str | None, parameter: str) -> None:
    """Raise Unprocessable when a parameter names a code that its list does not hold."""
    known = codes().entries(name)
    if code is not None and code not in known:
        raise invalid(parameter, f"{code!r} is none of: {', '.join(str(item) for item in known)}.", "unknown_code")


_OTHER: Final[Mapping[str, type[ApiModel]]] = {"inspection_steps": Step}


@cache
def published() -> bytes:
    """Return the published form of all lists: the fields that name something to clients, none of the importers' own."""
    return dumps(
        {
            name: [
                _OTHER.get(name, Code).model_validate(entry).model_dump(mode="json", by_alias=True, exclude_unset=True)
                for entry in entries
            ]
            for name, entries in code_lists().items()
        }
    )


def get_reference_data(request: Request) -> Response:
    """Answer with all code lists."""
    return json_response(request, published(), public=True)
