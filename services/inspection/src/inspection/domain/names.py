"""Names folded for search, so that O'Brien, O’Brien and obrien are one and accents do not matter."""

import re
import unicodedata

_QUOTES = re.compile("['\"`´‘’‚“”„ʼʻ′]")  # noqa: RUF001 - these look alike, which is the point
_OTHER = re.compile(r"[^\w]+|_+")


def fold(name: str) -> str:
    """Return the name without marks, quotes and case, every other run of punctuation as one space."""
    if not name.isascii():
        decomposed = unicodedata.normalize("NFKD", _QUOTES.sub("", name))
        name = "".join(character for character in decomposed if not unicodedata.combining(character))
    return _OTHER.sub(" ", _QUOTES.sub("", name).casefold()).strip()
