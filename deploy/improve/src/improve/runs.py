"""`improve assess` and `improve round`: long work in triage and brokering, followed to its end."""

import time
import uuid
from collections.abc import Callable, Sequence
from datetime import date

from improve.client import Api, Document
from improve.jobs import follow

SCHEMES = ("ippr-2023", "rise-2025")

Say = Callable[[str], None]


def assess(triage: Api, schemes: Sequence[str], as_of: date | None, say: Say) -> None:
    """Run each scheme over all of England and say what came out."""
    for scheme in schemes:
        began = time.monotonic()
        body = {"scheme": scheme, **({"as_of": as_of.isoformat()} if as_of else {})}
        accepted = triage.post("/v1/assessment-runs", json=body, headers={"Idempotency-Key": str(uuid.uuid4())})
        run = follow(triage, accepted, f"assessing under {scheme}")
        say(f"{scheme}: {_outcome(run)} in {time.monotonic() - began:.1f} s")


def _outcome(run: Document) -> str:
    counts = run["counts"]
    results = ", ".join(f"{result} {count:,}" for result, count in counts["by_result"].items())
    return (
        f"version {run['policy_version']} as of {run['as_of']}: assessed {counts['assessed']:,} = "
        f"changed {counts['changed']:,} + unchanged {counts['unchanged']:,} ({results})"
    )


def match(brokering: Api, say: Say) -> Document:
    """Match every open need with a leader, as well as can be, and say how good that is."""
    began = time.monotonic()
    accepted = brokering.post("/v1/matching-rounds", json={}, headers={"Idempotency-Key": str(uuid.uuid4())})
    finished = follow(brokering, accepted, "matching")
    say(f"{describe_round(finished)} in {time.monotonic() - began:.1f} s")
    return finished


def describe_round(finished: Document) -> str:
    """One line on a round: what was asked, what was found, and how near that is to the best there is."""
    if finished.get("optimal"):
        quality = "proved to be the best there is"
    else:
        quality = f"at most {100 * (finished.get('gap') or 0):.2f} % below the best there is"
    return (
        f"{finished['needs']:,} needs, {finished['leaders']:,} leaders, {finished['pairs']:,} feasible pairs: "
        f"matched {finished['matched']:,}, unmatched {finished['unmatched']:,}, "
        f"total suitability {finished['total_suitability']:,}, {quality}"
    )
