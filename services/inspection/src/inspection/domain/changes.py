"""The difference between two documents, field by field."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple


class Change(NamedTuple):
    """One field before and after; None where there was or is no value."""

    field: str
    before: Any
    after: Any

    def document(self) -> dict[str, Any]:
        """Return the change as audits show it."""
        return {"field": self.field, "from": self.before, "to": self.after}


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """Return what changed, in the order of `after`. Fields of inner mappings are told by their path (`a/b`)."""
    old, new = dict(_flat(before)), dict(_flat(after))
    fields = dict.fromkeys([*new, *old])
    return [Change(field, old.get(field), new.get(field)) for field in fields if old.get(field) != new.get(field)]


def _flat(document: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in document.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{path}{name}/")
        else:
            yield f"{path}{name}", value
