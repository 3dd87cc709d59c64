"""Rules said with the values of a version's parameters.

A template has places `{parameter:kind}`: the path of a parameter with dots, and how its value is said (`KINDS`).
"""

from collections.abc import Callable, Mapping, Sequence
from string import Formatter
from typing import Any, Final

from triage.domain.wording import listed, spoken_day

Labels = Mapping[str, Mapping[Any, str]]

NOT_SET: Final = "a value that is not set"
NO_GRADE: Final = "no grade"
NEVER: Final = "never"


def say(template: str, parameters: Mapping[str, Any], labels: Labels) -> str:
    """A template with the values of its parameters in their places.

    Raises:
        KeyError: a place names no parameter of the version, or a kind that there is not.
    """
    said = []
    for words, path, kind, _ in Formatter().parse(template):
        said.append(words)
        if path is not None:
            said.append(KINDS[kind or ""](value_at(parameters, path), labels))
    whole = "".join(said)
    return whole[:1].upper() + whole[1:]


def parameters_of(template: str) -> list[str]:
    """The paths of the parameters a template speaks of, each once, in order."""
    return list(dict.fromkeys(path for _, path, _, _ in Formatter().parse(template) if path is not None))


def value_at(parameters: Mapping[str, Any], path: str) -> Any:
    """The value of a parameter by its path."""
    value: Any = parameters
    for name in path.split("."):
        value = value[name]
    return value


def either(words: Sequence[str]) -> str:
    """Words to choose from: "a", "a or b", "a, b or c"."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _grade(value: Any, labels: Labels) -> str:
    label = labels["grades"].get(str(value), str(value))
    return f"{value} ({label})" if isinstance(value, int) else label


def _grades(values: Sequence[Any], labels: Labels) -> str:
    return either([_grade(each, labels) for each in values]) if values else NO_GRADE


def _named(table: str) -> Callable[[Any, Labels], str]:
    def named(value: Any, labels: Labels) -> str:
        codes = [value] if isinstance(value, str) else list(value)
        return either([labels[table].get(code, code) for code in codes]) if codes else NEVER

    return named


def _categories(codes: Sequence[str], labels: Labels) -> str:
    return either([f"{labels['categories'].get(code, code)} ({code})" for code in codes]) if codes else "none"


def _all_areas(codes: Sequence[str], labels: Labels) -> str:
    return listed([labels["areas"].get(code, code) for code in codes])


def _plain(codes: Any) -> str:
    return either([each.replace("_", " ") for each in ([codes] if isinstance(codes, str) else codes)])


def _overall(test: Mapping[str, Any], labels: Labels) -> str:
    return _grades(test["overall"], labels)


def _anywhere(grades: Sequence[Any], labels: Labels) -> list[str]:
    return [f"{_grades(grades, labels)} in any area"] if grades else []


def _somewhere(grades: Sequence[Any], areas: Sequence[str], labels: Labels) -> list[str]:
    return [f"{_grades(grades, labels)} in {_named('areas')(areas, labels)}"] if grades and areas else []


def _also(test: Mapping[str, Any]) -> list[str]:
    said = {"also_safeguarding": "failing safeguarding", "also_category": "any category of concern"}
    return [words for name, words in said.items() if test.get(name, False)]


def _areas(test: Mapping[str, Any], labels: Labels) -> str:
    found = _somewhere(test["key_grades"], test["key_areas"], labels) + _anywhere(test["any_area_grades"], labels)
    barred, grades = test.get("barred_areas", []), test.get("barred_grades", [])
    unless = f" (unless {_named('areas')(barred, labels)} is {_grades(grades, labels)})" if barred and grades else ""
    return (", or ".join([f"{', or '.join(found)}{unless}"] * bool(found) + _also(test))) or NEVER


def _card(test: Mapping[str, Any], labels: Labels) -> str:
    found = _anywhere(test["card_any_grades"], labels) + _somewhere(test["card_grades"], test["card_areas"], labels)
    return ", or ".join(found + _also(test)) or NEVER


KINDS: Final[Mapping[str, Callable[[Any, Labels], str]]] = {
    "grade": _grade,
    "grades": _grades,
    "overall": _overall,
    "areas": _areas,
    "card": _card,
    "all_areas": _all_areas,
    "categories": _categories,
    "safeguarding": _named("safeguarding"),
    "conclusions": _named("conclusions"),
    "choice": _named("choices"),
    "codes": lambda codes, _: either(codes) if codes else NEVER,
    "quoted": lambda phrases, _: either([f"“{each}”" for each in phrases]) if phrases else NEVER,
    "plain": lambda codes, _: _plain(codes),
    "number": lambda value, _: f"{value:g}",
    "day": lambda iso, _: spoken_day(iso),
    "percent": lambda value, _: NOT_SET if value is None else f"{value:g}%",
    "switch": lambda value, _: "on" if value else "off",
}
"""How a value is said: a list of grades, a standard of weakness by overall grade, by areas or on a card, and so on."""
