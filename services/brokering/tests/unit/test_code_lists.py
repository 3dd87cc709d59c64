"""The code lists as they are published: a label that YAML cuts at a comma leaves a field nobody asked for."""

from __future__ import annotations

import pytest

from brokering.reference.lists import code_lists
from brokering.reference.schemas import Code


@pytest.mark.parametrize("name", sorted(code_lists()))
def test_every_entry_has_the_published_fields_alone(name: str) -> None:
    for entry in code_lists()[name]:
        assert entry.keys() <= Code.model_fields.keys(), entry
        Code.model_validate(entry)
