"""The way from a proposal to a decision: who is told in which order, who is heard, and what stands in the way.

Every number, list and order comes from the procedure's document; the code holds none.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

Document = Mapping[str, Any]

NOT_SERVED: Final = "notice_not_served"
NO_NOTICE: Final = "no_notice"
OPEN: Final = "representations_open"
BEYOND: Final = "beyond_the_notice"
MOVED: Final = "responsible_body_changed"
UNNAMED: Final = "religious_authority_not_told"

RELIGIOUS_AUTHORITY: Final = "religious_authority"
"""The party that the sources do not name: whoever gives the notice does."""


@dataclass(frozen=True, slots=True)
class Block:
    """One thing that stands in the way of a step: a code, and what to do about it."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Hearing:
    """A notice and what came of it.

    `until` is None while somebody is still to be told. `parties` are those told whose organisation is known; `heard`
    those of them that have spoken. `body_org` is the responsible body that was told.
    """

    tier: str
    until: date | None
    parties: frozenset[str]
    heard: frozenset[str]
    body_org: str | None


def codes(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The codes of a list of the document."""
    return [row["code"] for row in rows]


def kind_of_notice(document: Document, tier: str, body: str) -> Mapping[str, Any]:
    """Return the kind of notice for an intended tier and the kind of responsible body."""
    notices = document["notices"]
    code = notices["by_tier"][tier].get(body) or notices["by_tier"][tier]["other"]
    found: Mapping[str, Any] = next(kind for kind in notices["kinds"] if kind["code"] == code)
    return found


def order_of_notices(document: Document, character: str | None) -> tuple[str, tuple[tuple[str, ...], ...]]:
    """Return the order for a religious character: its code, and the parties told at each step."""
    notices = document["notices"]
    orders = {order["code"]: order for order in notices["orders"]}
    chosen = orders[notices["order_without_character"]]
    if character is not None and character.strip():
        words = character.casefold()
        chosen = next(
            order
            for order in notices["orders"]
            if order["words"] is None or any(word in words for word in order["words"])
        )
    return chosen["code"], tuple(tuple(step) for step in chosen["steps"])


def blocks(document: Document, hearing: Hearing | None, *, tier: str, body_org: str | None, on: date) -> list[Block]:
    """Everything that stands in the way of deciding a tier on a day; `body_org` is the responsible body now."""
    if hearing is None:
        return [Block(NO_NOTICE, "No notice of this proposal has been given; give it, or decide by the urgent route.")]
    found = []
    if hearing.body_org != body_org:
        found.append(Block(MOVED, "Another body answers for the school since the notice: give notice anew."))
    if _rank(document, tier) > _rank(document, hearing.tier):
        detail = f"The notice spoke of {hearing.tier}: give notice of {tier} and hear those concerned."
        found.append(Block(BEYOND, detail))
    if hearing.until is None:
        found.append(Block(NOT_SERVED, "Not everybody has been told yet: serve the notice to the end."))
    elif not has_been_heard(document, hearing, on):
        waiting = ", ".join(sorted(to_be_heard(document, hearing) - hearing.heard)) or "those concerned"
        found.append(Block(OPEN, f"Representations are open until {hearing.until}; not heard yet: {waiting}."))
    return found


def religious_authority_faults(document: Document, character: str | None, named: str | None) -> list[Block]:
    """What is wrong with a notice that names, or does not name, the religious authority of a school."""
    _, steps = order_of_notices(document, character)
    if named is not None or all(RELIGIOUS_AUTHORITY not in step for step in steps):
        return []
    detail = f"The school's religious character is {character}: name its diocese or other authority, which is told too."
    return [Block("religious_authority_required", detail)]


def untold(recipients: Sequence[Mapping[str, Any]]) -> list[Block]:
    """The religious authority of a notice that did not name it: nobody has told it."""
    if all(each["party"] != RELIGIOUS_AUTHORITY or each["org"] is not None for each in recipients):
        return []
    return [Block(UNNAMED, "The notice did not name the school's religious authority: give notice anew, naming it.")]


def to_be_heard(document: Document, hearing: Hearing) -> frozenset[str]:
    """The parties that were told and are to be heard."""
    return hearing.parties & frozenset(document["representations"]["heard"])


def has_been_heard(document: Document, hearing: Hearing, on: date) -> bool:
    """Whether the time has run out, or everybody who is to be heard has spoken before it."""
    if hearing.until is None:
        return False
    if on > hearing.until:
        return True
    rules = document["representations"]
    return bool(rules["early_once_heard"]) and hearing.heard >= frozenset(rules["heard"])


def urgent_faults(document: Document, *, tier: str, ground: str, categories: Collection[str]) -> list[Block]:
    """Everything wrong with the urgent route; `categories` are the categories of concern the school is in."""
    urgent = document["urgent"]
    grounds = {each["code"]: each for each in urgent["grounds"]}
    if ground not in grounds:
        return [Block("unknown_ground", f"The ground is one of {', '.join(grounds)}.")]
    found = []
    needed = grounds[ground]["categories"]
    if needed is not None and not set(needed) & set(categories):
        found.append(Block("ground_not_met", f"The proposal rests on no inspection with {' or '.join(needed)}."))
    if tier not in urgent["tiers"]:
        found.append(Block("not_urgent", f"Only {' or '.join(urgent['tiers'])} is decided by the urgent route."))
    return found


def _rank(document: Document, tier: str) -> int:
    tiers: list[str] = document["tiers"]
    return tiers.index(tier)
