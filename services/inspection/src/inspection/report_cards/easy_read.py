"""The easy-read form: short sentences, one thought each; a category of concern comes before all else."""

from collections.abc import Iterator
from typing import Any

from inspection.wording import day, say

Document = dict[str, Any]


def easy_read(card: Document) -> list[Document]:
    """Return the card for parents as sections of short sentences: {heading, sentences}."""
    sections = {
        "concern": card["category_of_concern"]["easy"] if card["category_of_concern"] else [],
        "visit": list(_visit(card)),
        "grades": list(_grades(card)),
        "safe": [card["safeguarding"]["easy"]] if card["safeguarding"] else [],
        "next": list(card["what_happens_next"]["easy"]),
    }
    return [
        {"heading": say(f"easy.headings.{name}"), "sentences": sentences}
        for name, sentences in sections.items()
        if sentences
    ]


def _visit(card: Document) -> Iterator[str]:
    yield say("easy.about", name=card["name"])
    held = card["inspection"]
    if held is None:
        yield say("easy.not_inspected")
        return
    yield say("easy.visited", starts_on=day(held["starts_on"]))
    if held["former_school"]:
        yield say("easy.former")
    if held["age_text"]:
        yield say("easy.old", years=held["years_ago"])
    yield say("easy.looked")


def _grades(card: Document) -> Iterator[str]:
    held = card["inspection"]
    if held is None:
        return
    yield say("easy.overall", grade=held["overall"]) if held["overall"] else say("easy.no_overall")
    graded = [area for area in card["areas"] if area["grade"]]
    if not graded and not held["overall"]:
        yield say("easy.no_grades")
    for area in graded:
        yield say("easy.area", area=area["label"], grade=area["grade"])
