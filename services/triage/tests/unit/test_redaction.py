"""What is taken out of words, or refused in them, however they are typed."""

import pytest

from shared.words import found_spans, found_words
from triage.domain.redaction import consulted_kinds, redact
from triage.procedure.documents import PROCEDURE, newest

PUBLICATION = newest(PROCEDURE)["publication"]
RULES = PUBLICATION["redactions"]
FLAG = next(rule for rule in RULES if rule["code"] == "confidential_flag")


def flagged(words: str) -> list[str]:
    return found_words(words, FLAG)


class TestRedaction:
    @pytest.mark.parametrize(
        ("words", "rule"),
        [
            ("Write to head@school.example.org first.", "email_address"),
            ("Call 020 7946 0123 first.", "telephone_number"),
            ("As Mrs O'Brien said.", "named_person"),
            ("As Dr Émilie Saint-Just said.", "named_person"),
            ("The school is stuck below good.", "confidential_flag"),
        ],
    )
    def test_takes_out(self, words: str, rule: str) -> None:
        found = redact(words, RULES, found_spans)
        assert found.counts == {rule: 1}
        assert "[removed: " in found.text

    @pytest.mark.parametrize(
        "words",
        ["The trust has no capacity.", "Inspected on 12 March 2026.", "URN 100001, 380 pupils; 15 school days."],
    )
    def test_leaves_alone(self, words: str) -> None:
        assert redact(words, RULES, found_spans).text == words

    def test_those_consulted_by_kind_only(self) -> None:
        shown = PUBLICATION["consulted"]
        assert consulted_kinds(["school", "trust:5143", "a neighbour", "trust:9"], shown) == ["school", "trust"]


class TestHoweverTheyAreTyped:
    @pytest.mark.parametrize(
        "word",
        [
            "st\u00aduck", "st\u200buck", "\uff33\uff34\uff35\uff23\uff2b", "watch_list", "watch\u2011list",
            "watch \n list",
            "\u0455tu\u0441k", "\u0405\u0422UC\u041a", "st\u03c5c\u03ba", "stu\u0301ck", "s\u0336tuck", "\ufb06uck",
            "\u1d21atch l\u0131st", "w\u03actch l\u0457st",
            "s t u c k", "S.T.U.C.K", "s-t-u-c-k", "s\u00a0t\u00a0u\u00a0c\u00a0k", "w a t c h l i s t",
            "o n w a t c h", "w a t c h   l i s t", "\u0455 t u \u0441 k",
        ],
    )  # fmt: skip
    def test_they_are_found_as_they_stand(self, word: str) -> None:
        text = f"It was {word}, we said."
        assert flagged(text) == [word]
        assert redact(text, RULES, found_spans).text == "It was [removed: a confidential flag], we said."

    @pytest.mark.parametrize("words", ["a s t u c k school", "t h e s c h o o l i s s t u c k a g a i n"])
    def test_among_other_letters_that_stand_apart(self, words: str) -> None:
        assert [each.replace(" ", "") for each in flagged(words)] == ["stuck"]

    def test_what_is_taken_out_is_counted_and_the_rest_left_as_typed(self) -> None:
        text = "Caf\u00e9 \u2013 stu\u0441k; write to jo_smith@school.example.org, or on  w\u0430tch."
        found = redact(text, RULES, found_spans)
        assert found.text == (
            "Caf\u00e9 \u2013 [removed: a confidential flag]; write to [removed: an e-mail address],"
            " or [removed: a confidential flag]."
        )
        assert found.counts == {"email_address": 1, "confidential_flag": 2}

    @pytest.mark.parametrize(
        "words",
        [
            "Just Uckfield and Stuckley.",
            "Stock-taking; a watch was listed.",
            "A, B, C and D",
            "The school's t u b",
            "N/A",
        ],
    )
    def test_other_words_are_not(self, words: str) -> None:
        assert flagged(words) == []
        assert redact(words, RULES, found_spans).text == words
