"""Invents names of schools and trusts."""

from __future__ import annotations

from random import Random

from .data import table
from .model import Place, Trust

UNUSUAL_EVERY, UNUSUAL_TRUST_EVERY, SINGLE_EVERY = 24, 6, 7
AFTER_A_SAINT = 0.5


class Names:
    """Names by phase; every 24th school and every sixth trust gets an unusual one."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._words = table("names")
        self._schools = 0
        self._trusts = 0

    def school(self, phase: str, *, faith: str | None) -> str:
        """A school's name; a school with a religious character is often named after a saint."""
        self._schools += 1
        ending = self._rng.choice(self._words["phases"][phase])
        if self._schools % UNUSUAL_EVERY == 0:
            unusual = self._words["unusual_places"]
            return f"{_in_windows_1252(unusual[self._schools // UNUSUAL_EVERY % len(unusual)])} {ending}"
        if faith is not None and self._rng.random() < AFTER_A_SAINT:
            return f"{self._rng.choice(self._words['saints'])}'s {faith} {ending}, {self._place()}"
        return f"{self._place()} {ending}"

    def trust(self) -> str:
        """A trust's name."""
        self._trusts += 1
        unusual: list[str] = self._words["unusual_trusts"]
        if self._trusts % UNUSUAL_TRUST_EVERY == 0:
            return unusual[self._trusts // UNUSUAL_TRUST_EVERY % len(unusual)]
        return f"{self._place()} {self._rng.choice(self._words['trust_ends'])}"

    def _place(self) -> str:
        start: str = self._rng.choice(self._words["place_starts"])
        end: str = self._rng.choice(self._words["place_ends"])
        return start + end


def trusts(rng: Random, names: Names, places: tuple[tuple[Place, int], ...], count: int) -> list[Trust]:
    """`count` trusts; the first ones have a home in each region in turn, every seventh runs a single school."""
    regions = sorted({place.region for place, _ in places})
    found = []
    for at in range(count):
        here = [(place, weight) for place, weight in places if place.region == regions[at % len(regions)]]
        home = rng.choices(*zip(*here, strict=True))[0]
        found.append(Trust(str(90_001 + at), names.trust(), home, single=(at + 1) % SINGLE_EVERY == 0))
    return found


def _in_windows_1252(name: str) -> str:
    return name.replace("ŷ", "y").replace("ŵ", "w")
