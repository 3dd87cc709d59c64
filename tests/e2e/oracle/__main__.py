"""`python -m tests.e2e.oracle <file>=<as_at> … [--as-of DATE]`: the counts this reading gives."""

from __future__ import annotations

import argparse
import datetime as dt
from collections import Counter
from pathlib import Path

from .assess import assess_all
from .evidence import read_evidence


def main() -> None:
    """Read the files named, print counts by result, step, flag and category."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", metavar="FILE=YYYY-MM-DD")
    parser.add_argument("--as-of", type=dt.date.fromisoformat, default=dt.datetime.now(dt.UTC).date())
    chosen = parser.parse_args()
    pairs = [(Path(name), dt.date.fromisoformat(day)) for name, _, day in (one.rpartition("=") for one in chosen.files)]
    evidence = read_evidence(pairs)
    results = assess_all(evidence, chosen.as_of).values()
    print(f"{len(results)} schools as of {chosen.as_of}; rejected {sum(len(one.rejected) for one in evidence.files)}")
    print("ippr-2023     ", dict(Counter(one.ippr for one in results)))
    print("step          ", dict(Counter(one.step for one in results)))
    print("rise-2025     ", dict(Counter(f"{one.rise} v{one.rise_version}" for one in results)))
    print("flags         ", dict(Counter(flag for one in results for flag in one.flags)))
    print("category      ", dict(Counter(one.category for one in results)))
    former = sum(one.predecessor_evidence and one.ippr == "enhanced_support" for one in results)
    print("enhanced support on predecessor evidence", former)
    print("category missing", sum(one.category_missing for one in results))


if __name__ == "__main__":
    main()
