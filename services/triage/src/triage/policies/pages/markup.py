"""HTML put together from parts: text is escaped, and nothing but an `Html` is taken as it is."""

from collections.abc import Iterable
from html import escape


class Html(str):
    """Markup that is safe to send."""

    __slots__ = ()


def tag(name: str, *children: str, **attributes: str) -> Html:
    """An element; an attribute's name loses the underscore that keeps it from being a word of Python."""
    given = "".join(f' {key.rstrip("_")}="{escape(value)}"' for key, value in attributes.items())
    return Html(f"<{name}{given}>{joined(children)}</{name}>")


def joined(children: Iterable[str]) -> Html:
    """Elements and texts after each other."""
    return Html("".join(each if isinstance(each, Html) else escape(each) for each in children))


def bullets(rows: Iterable[str]) -> Html:
    """A list without order."""
    return tag("ul", *[tag("li", row) for row in rows])


def table(caption: str, header: Iterable[str], rows: Iterable[Iterable[str]]) -> Html:
    """A table with its caption; the first cell of a row names it."""
    head = tag("thead", tag("tr", *[tag("th", each, scope="col") for each in header]))
    body = tag("tbody", *[_row(list(cells)) for cells in rows])
    return tag("div", tag("table", tag("caption", caption), head, body), class_="wide", tabindex="0")


def _row(cells: list[str]) -> Html:
    return tag("tr", tag("th", cells[0], scope="row"), *[tag("td", each) for each in cells[1:]])
