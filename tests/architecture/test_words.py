"""Words that several services refuse are the same words."""

from typing import Any

from brokering.words import rules
from triage.procedure.documents import PROCEDURE, newest


def test_confidential_words_are_found_by_one_pattern() -> None:
    redactions: list[dict[str, Any]] = newest(PROCEDURE)["publication"]["redactions"]
    patterns = {rule["pattern"] for rule in [*redactions, *rules()] if rule["code"] == "confidential_flag"}
    assert len(patterns) == 1
