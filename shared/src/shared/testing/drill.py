"""How large a drill is: a seeded slice in `make test`, the full size in `make drill` (`DRILL=full`)."""

import os

import pytest

FULL = os.environ.get("DRILL") == "full"

full_size = pytest.mark.skipif(not FULL, reason="a slice of it runs elsewhere; the full size runs in `make drill`")
"""Marks a test that has no place in an ordinary run."""
