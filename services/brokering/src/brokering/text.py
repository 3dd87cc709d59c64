"""Text that clients send: bounded, and of characters the database can hold."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, StringConstraints

from brokering.words import speaks_openly

NO_NUL = r"^[^\x00]*$"

Line = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=NO_NUL)]
Paragraph = Annotated[str, StringConstraints(min_length=1, max_length=4000, pattern=NO_NUL)]
Told = Annotated[Paragraph, AfterValidator(speaks_openly)]
"""A paragraph that leaders or schools read: it speaks of no confidential judgement."""

Code = Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=r"^[a-z0-9_]+$")]
