"""Names are found however they are typed: accents, apostrophes, abbreviations, and one typing error in a word."""

import re
import string

from hypothesis import given
from hypothesis import strategies as st

from inspection.domain.names import exact_patterns, fold, near_patterns
from inspection.names.repository import name_search

VARIANTS = [["church of england", "c of e", "cofe"], ["saint", "st"], ["and", "the", ""]]
WORDS = st.lists(st.text(string.ascii_lowercase, min_size=3, max_size=10), min_size=1, max_size=4)


def holds(name: str, patterns: list[str]) -> bool:
    """Tell whether a name holds them all; `\\m` and `\\M` are PostgreSQL's bounds of a word."""
    return all(re.search(each.replace(r"\m", r"\b").replace(r"\M", r"\b"), fold(name)) for each in patterns)


def found(q: str, name: str) -> bool:
    return holds(name, exact_patterns(q, VARIANTS))


def found_nearly(q: str, name: str) -> bool:
    return holds(name, near_patterns(q, VARIANTS, mistyped_from=3, mistyped_to=24))


def test_any_way_to_write_an_abbreviation_finds_any_other() -> None:
    for q in ("St. Mary's C of E", "saint marys cofe", "st marys Church of England", "ST MARYS C. of E."):
        for name in ("St Mary's CofE Primary School", "St Mary's Church of England Primary School"):
            assert found(q, name), (q, name)
        assert not found(q, "St Mary's Catholic Primary School")


def test_an_abbreviation_is_a_whole_word() -> None:
    assert not found("st", "Easton Primary School")


def test_words_that_a_name_may_have_or_not_are_not_asked_for_unless_they_are_all_there_is() -> None:
    assert found("st peter & st paul", "St Peter and St Paul Primary School")
    assert found("st peter and st paul", "St Peter & St Paul Primary School")
    assert not found("the", "Oakfield Primary School")


@given(WORDS, st.data())
def test_one_typing_error_in_one_word_is_no_obstacle(words: list[str], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(words) - 1))
    typed = [*words[:at], data.draw(mistyped(words[at])), *words[at + 1 :]]

    assert found_nearly(" ".join(typed), " ".join(words))


@st.composite
def mistyped(draw: st.DrawFn, word: str) -> str:
    letter = draw(st.sampled_from(string.ascii_lowercase))
    place = draw(st.integers(0, len(word) - 1))
    return draw(
        st.sampled_from(
            [
                word[:place] + letter + word[place:],
                word + letter,
                word[:place] + letter + word[place + 1 :],
                word[:place] + word[place + 1 :],
                word[:place] + word[place + 1 : place + 2] + word[place] + word[place + 2 :],
            ]
        )
    )


@given(st.text(max_size=200))
def test_patterns_stay_short_whatever_is_typed(q: str) -> None:
    for match in ("exact", "near"):
        _, patterns = name_search(q, "name", match)
        assert sum(map(len, patterns.values())) < 40_000


@given(st.text())
def test_whatever_is_typed_the_patterns_are_of_letters_digits_and_spaces(q: str) -> None:
    for match in ("exact", "near"):
        clause, patterns = name_search(q, "name", match)
        assert clause == " AND ".join(f"name ~ :{each}" for each in patterns) or clause == "false"
        for pattern in patterns.values():
            assert re.fullmatch(r"(\\m\(\?:)?[\w .|]+(\)(\\M)?)?", pattern), pattern
