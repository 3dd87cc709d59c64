"""Names folded for search, so that every way to write O'Brien is one; and patterns that find them in spite of errors.

Patterns are regular expressions of folded text (letters, digits and spaces), so nothing a reader types means anything
in them.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

_QUOTES = re.compile("['\"`´‘’‚“”„ʼʻ′]")  # noqa: RUF001 - these look alike, which is the point
_OTHER = re.compile(r"[\W_]+")

Variants = Sequence[Sequence[str]]


def fold(name: str) -> str:
    """Return the name without marks, quotes and case, every other run of punctuation as one space."""
    if name.isascii():
        plain = name.replace("'", "").replace('"', "").replace("`", "")
    else:
        decomposed = unicodedata.normalize("NFKD", _QUOTES.sub("", name))
        plain = _QUOTES.sub("", "".join(each for each in decomposed if not unicodedata.combining(each)))
    return _OTHER.sub(" ", plain.casefold()).strip()


def exact_patterns(q: str, variants: Variants) -> list[str]:
    """Return what a folded name must hold, all of it, to match: each word, and of abbreviations any way to write them.

    `variants` are groups of folded phrases that mean the same; an empty phrase among them makes its group optional.
    """
    folded = fold(q)
    needed = [unit for unit in _units(folded, variants) if isinstance(unit, str) or "" not in unit] or folded.split()
    return list(dict.fromkeys(_any_of(unit, whole=True) if isinstance(unit, list) else unit for unit in needed))


def near_patterns(q: str, variants: Variants, *, mistyped_from: int, mistyped_to: int) -> list[str]:
    """Return what a folded name must hold to match but for one typing error in each word.

    A typing error is a letter too many, too few or wrong, or two that changed places. Words shorter than
    `mistyped_from` letters need not be there at all; no pattern is returned where all are as short as that. Words
    longer than `mistyped_to` letters must be there as typed.
    """
    units = _units(fold(q), variants)
    long = [unit for unit in units if isinstance(unit, str) and len(unit) >= mistyped_from]
    return [
        _any_of(sorted(set(_with_one_error(word))) if len(word) <= mistyped_to else [word], whole=False)
        for word in dict.fromkeys(long)
    ]


def _units(folded: str, variants: Variants) -> list[str | list[str]]:
    """Split into words, and phrases of a group as the whole group; the longest phrase wins."""
    phrases = sorted(
        ((phrase.split(), list(group)) for group in variants for phrase in group if phrase),
        key=lambda each: -len(each[0]),
    )
    words = folded.split()
    units: list[str | list[str]] = []
    while words:
        size, unit = next(
            ((len(phrase), group) for phrase, group in phrases if words[: len(phrase)] == phrase), (1, words[0])
        )
        units.append(unit)
        words = words[size:]
    return units


def _any_of(alternatives: Iterable[str], *, whole: bool) -> str:
    end = r"\M" if whole else ""
    return rf"\m(?:{'|'.join(alternatives)}){end}"


def _with_one_error(word: str) -> Iterator[str]:
    yield word
    for place in range(len(word) + 1):
        before, after = word[:place], word[place:]
        if after:
            yield f"{before}.{after}"
            yield f"{before}.{after[1:]}"
            yield before + after[1:]
        if after[1:]:
            yield before + after[1] + after[0] + after[2:]
