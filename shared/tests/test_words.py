"""Words that a rule finds, however they are typed, and where in the text they stand."""

import unicodedata
from string import ascii_letters

import pytest

from shared.words import found_spans, found_words, look_alikes

RULE = {"pattern": r"(?i)\b(hush|top secret)\b"}


class TestWords:
    @pytest.mark.parametrize(
        "word",
        ["HUSH", "h\u00fcsh", "h\u200bush", "hu\u0455h", "\uff28USH", "h.u.s.h", "top _secret", "t o p s e c r e t"],
    )
    def test_are_found_as_they_stand(self, word: str) -> None:
        text = f"It is \u2013 {word}, we said."
        assert found_words(text, RULE) == [word]
        assert [text[start:end] for start, end in found_spans(text, RULE["pattern"])] == [word]

    def test_each_once_in_their_order(self) -> None:
        assert found_words("Top secret: hush, hush, HUSH.", RULE) == ["Top secret", "hush", "HUSH"]

    @pytest.mark.parametrize("words", ["", "Hushed.", "such ush", "A, B, C and D"])
    def test_others_are_not(self, words: str) -> None:
        assert found_words(words, RULE) == []


class TestLookAlikes:
    def test_are_read_as_latin_letters(self) -> None:
        for letter, latin in look_alikes().items():
            assert latin in ascii_letters
            assert unicodedata.normalize("NFKD", letter) not in ascii_letters, letter
            assert found_words(letter, {"pattern": latin}) == [letter]
