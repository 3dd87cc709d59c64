"""Two versions of a document beside each other: which values and which rules differ."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from triage.domain.overrides import GRADE_TEST_EXTRAS

Change = dict[str, Any]


def flat(values: Mapping[str, Any], path: str = "") -> dict[str, Any]:
    """Values by their path with dots: lists are whole, and what a standard of weakness leaves out is as it is read."""
    found: dict[str, Any] = {}
    for name, value in {**(GRADE_TEST_EXTRAS if "card_any_grades" in values else {}), **values}.items():
        if isinstance(value, Mapping) and value:
            found |= flat(value, f"{path}{name}.")
        else:
            found[f"{path}{name}"] = value
    return found


def changed_values(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """The values that differ, in the order of their paths; null where a version does not have one."""
    old, new = flat(before), flat(after)
    return [
        {"path": path, "before": old.get(path), "after": new.get(path)}
        for path in sorted({*old, *new})
        if old.get(path) != new.get(path)
    ]


def changed_rules(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> list[Change]:
    """The rules that differ: those of the later version in their order, then those that it has no more."""
    old = {row["id"]: row for row in before}
    return [*_added_or_changed(old, after), *_removed(old, after)]


def _added_or_changed(old: Mapping[str, Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> Iterator[Change]:
    for row in after:
        was = old.get(row["id"])
        differs = [] if was is None else [name for name in row if row[name] != was.get(name)]
        if was is None or differs:
            change = "added" if was is None else "changed"
            yield {"id": row["id"], "change": change, "differs": differs, "before": was, "after": row}


def _removed(old: Mapping[str, Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> Iterator[Change]:
    kept = {row["id"] for row in after}
    for identifier, row in old.items():
        if identifier not in kept:
            yield {"id": identifier, "change": "removed", "differs": [], "before": row, "after": None}


def changed_order(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> Change | None:
    """The order in which rules of both versions are tried, in each; None where it is the same."""
    common = {row["id"] for row in before} & {row["id"] for row in after}
    old, new = ([row["id"] for row in rows if row["id"] in common] for rows in (before, after))
    return None if old == new else {"before": old, "after": new}
