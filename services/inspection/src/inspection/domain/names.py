"""Names folded for search, so that every way to write O'Brien is one and accents do not matter."""

import re
import unicodedata

_QUOTES = re.compile("['\"`´‘’‚“”„ʼʻ′]")  # noqa: RUF001 - these look alike, which is the point
_OTHER = re.compile(r"[\W_]+")


def fold(name: str) -> str:
    """Return the name without marks, quotes and case, every other run of punctuation as one space."""
    if name.isascii():
        plain = name.replace("'", "").replace('"', "").replace("`", "")
    else:
        decomposed = unicodedata.normalize("NFKD", _QUOTES.sub("", name))
        plain = _QUOTES.sub("", "".join(each for each in decomposed if not unicodedata.combining(each)))
    return _OTHER.sub(" ", plain.casefold()).strip()
