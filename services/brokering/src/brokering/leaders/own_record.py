"""What a leader may change: of the own record what is the leader's to say, as the code lists name it, and no more."""

from __future__ import annotations

from collections.abc import Iterable

from brokering.reference.lists import codes
from shared.auth.principal import Principal
from shared.errors import FieldProblem, Forbidden

OWN_FIELDS, OWN_LISTS = "leader_own_fields", "leader_own_lists"


class NotTheLeaders(Forbidden):
    """A leader's token would change what the keepers of the directory decide; `errors` name the fields."""

    slug = "not-the-leaders-to-change"
    title = "This is not the leader's own to change"


def is_leader(principal: Principal) -> bool:
    """Tell whether a leader asks: one entry of the directory is then all there is to see or change."""
    return principal.org.kind == "leader"


def refuse_fields(principal: Principal, fields: Iterable[str]) -> None:
    """Raise NotTheLeaders, naming the fields, where a leader would change others than the own."""
    others = sorted(set(fields) - codes(OWN_FIELDS)) if is_leader(principal) else []
    if others:
        told = [FieldProblem(f"/{field}", "A leader does not change this.", "not_the_leaders") for field in others]
        raise NotTheLeaders(f"A leader does not change: {', '.join(others)}. The broker does.", errors=told)


def refuse_list(principal: Principal, name: str) -> None:
    """Raise NotTheLeaders where a leader would write into a list that is not the leader's own."""
    if is_leader(principal) and name not in codes(OWN_LISTS):
        told = [FieldProblem(f"/{name}", "A leader does not change this.", "not_the_leaders")]
        raise NotTheLeaders(f"A leader does not change: {name}. The department or the broker does.", errors=told)


def refuse_directory(principal: Principal) -> None:
    """Raise NotTheLeaders where a leader would enter leaders."""
    if is_leader(principal):
        raise NotTheLeaders("A leader changes the own record only: new entries are the broker's to make.")
