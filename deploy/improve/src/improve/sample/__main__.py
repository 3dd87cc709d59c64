"""`python -m improve.sample --schools N --out DIR [--seed S]`: write a made-up data set in the official formats."""

from __future__ import annotations

import argparse
from pathlib import Path

from .build import SEED
from .write import write

COMMITTED = Path("deploy/sample")
COMMITTED_SCHOOLS = 320
FEWEST_SCHOOLS = 60


def main() -> None:
    """Write the set; the default size and seed give the sample that is committed."""
    parser = argparse.ArgumentParser(prog="python -m improve.sample", description=__doc__)
    parser.add_argument(
        "--schools", type=int, default=COMMITTED_SCHOOLS, help=f"how many schools ({FEWEST_SCHOOLS} or more)"
    )
    parser.add_argument("--out", type=Path, default=COMMITTED, help=f"folder to write to ({COMMITTED})")
    parser.add_argument("--seed", type=int, default=SEED)
    chosen = parser.parse_args()
    if chosen.schools < FEWEST_SCHOOLS:
        parser.error(f"--schools must be {FEWEST_SCHOOLS} or more: the hand-made cases alone are nearly that many")
    write(chosen.out, chosen.schools, chosen.seed)
    print(f"{chosen.schools} schools written to {chosen.out}")


if __name__ == "__main__":
    main()
