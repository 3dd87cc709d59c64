"""Finding words in free text by rules that are data, however they are typed.

`look_alikes.json` has the letters that are taken for a Latin one: Cyrillic, Greek, Armenian, small capitals, and Latin
letters whose marks do not come off.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Final

import orjson

_UNSEEN: Final = {"Cf", "Cc", "Mn", "Me"}
_SPELLED_OUT: Final = re.compile(r"(?<!\w)[^\W\d_](?:\W{1,3}[^\W\d_](?!\w)){2,}")
"""Three single letters or more, with no more than three other characters between any two."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """One way to read a text; `places`: where each of its characters stands in the text as it was typed."""

    text: str
    places: Sequence[int]

    def spans(self, pattern: str) -> Iterator[tuple[int, int]]:
        """Where in the text as it was typed a pattern is found."""
        for match in re.finditer(pattern, self.text):
            yield self.places[match.start()], self.places[match.end() - 1] + 1


def found_words(text: str, rule: Mapping[str, Any]) -> list[str]:
    """The words that a rule's `pattern` finds, as they are typed, each once and in their order."""
    return list(dict.fromkeys(text[start:end] for start, end in found_spans(text, rule["pattern"])))


def found_spans(text: str, pattern: str) -> list[tuple[int, int]]:
    """Where a pattern is found in any reading, in order; what overlaps is one."""
    plain = _plainly(text)
    found = [*_Reading(text, range(len(text))).spans(pattern), *plain.spans(pattern)]
    for run in _spelled_out(plain):
        found += run.spans(_without_gaps(pattern))
    merged: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


@cache
def look_alikes() -> Mapping[str, str]:
    """Return each letter that is taken for a Latin one, with that."""
    table: dict[str, str] = orjson.loads((files("shared") / "look_alikes.json").read_bytes())
    return {letter: latin for latin, letters in table.items() for letter in letters}


def _plainly(text: str) -> _Reading:
    """A text as it reads: Latin letters without marks, one space for all that parts words, a hyphen for any dash."""
    alike = look_alikes()
    letters: list[str] = []
    places: list[int] = []
    for place, typed in enumerate(text):
        for each in map(_seen, unicodedata.normalize("NFKD", alike.get(typed, typed))):
            if each and not (each == " " and letters[-1:] == [" "]):
                letters.append(alike.get(each, each))
                places.append(place)
    return _Reading("".join(letters), places)


def _seen(letter: str) -> str:
    """A character as it is compared; empty: it is not seen by itself."""
    if letter.isspace() or letter == "_":
        return " "
    category = unicodedata.category(letter)
    if category in _UNSEEN:
        return ""
    return "-" if category == "Pd" else letter


def _spelled_out(reading: _Reading) -> Iterator[_Reading]:
    """Each run of letters that stand apart, put together: its words can no longer be told from each other."""
    for run in _SPELLED_OUT.finditer(reading.text):
        found = [place for place in range(run.start(), run.end()) if reading.text[place].isalpha()]
        yield _Reading("".join(reading.text[each] for each in found), [reading.places[each] for each in found])


@lru_cache(maxsize=64)
def _without_gaps(pattern: str) -> str:
    """A pattern for letters without gaps: where words begin and end does not count, nor spaces between them."""
    return pattern.replace(r"\b", "").replace(" ", " ?")
