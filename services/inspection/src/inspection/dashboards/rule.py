"""The rule that figures are told under, as one name: it stands beside everything that was stored under it."""

import hashlib
from functools import cache
from importlib import resources
from typing import Final

DECIDES: Final = (
    "domain/suppression.py",
    "domain/progress.py",
    "dashboards/figures.py",
    "dashboards/comparisons.py",
    "dashboards/measures.py",
    "dashboards/repository.py",
    "progress/shown.py",
    "progress/beside_sql.py",
    "progress/repository.py",
    "data/suppression.json",
    "data/measures.json",
    "data/comparisons.json",
    "data/comparison_phases.json",
)
"""Code and data that a decision is made by: when one of them changes, all that is stored is decided anew."""


@cache
def rule() -> str:
    """Return the name of the rule of this release: it changes with any of the files that decide."""
    package = resources.files("inspection")
    digest = hashlib.blake2b(digest_size=8)
    for name in DECIDES:
        digest.update(package.joinpath(name).read_bytes())
    return digest.hexdigest()
