"""Identifiers that are made here."""

import time

from shared.ids import new_id


def test_those_made_one_after_the_other_sort_in_that_order() -> None:
    made = [new_id() for _ in range(5_000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)


def test_they_are_of_version_7_and_tell_the_time() -> None:
    before = time.time_ns() // 1_000_000
    made = new_id()
    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert before <= made.int >> 80 <= time.time_ns() // 1_000_000
