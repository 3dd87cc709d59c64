"""Made-up system leaders: chief executives of trusts and National Leaders of Education, by organisation only."""

from __future__ import annotations

from collections import Counter
from random import Random

from .model import Leader, School, Trust

SCHOOLS_TO_A_LEADER, IN_A_SMALL_SET, SMALL_SET = 40, 6, 360
PHASES = ("primary|secondary", "primary", "primary|secondary|special", "secondary|special",
          "alternative_provision|primary|secondary")  # fmt: skip


def leaders(rng: Random, trusts: list[Trust], schools: list[School]) -> list[Leader]:
    """About one leader to forty schools (to six in a small set), up to two thirds of them chief executives."""
    wanted = max(len(schools) // SCHOOLS_TO_A_LEADER, min(len(schools), SMALL_SET) // IN_A_SMALL_SET)
    executives = [trust for trust in trusts if not trust.single][: wanted * 2 // 3]
    run = Counter(school.trust.uid for school in schools if school.trust is not None)
    found = [_executive(rng, at, trust, run[trust.uid]) for at, trust in enumerate(executives)]
    strong = [school for school in schools if _outstanding(school)]
    return found + [_head(rng, school) for school in strong[: wanted - len(found)]]


def _executive(rng: Random, at: int, trust: Trust, run: int) -> Leader:
    phases = PHASES[at % len(PHASES)]
    if trust.home.region == "London":
        phases = "nursery|" + phases
    return Leader(
        f"CEO-{trust.uid}", "trust_ceo", "trust", trust.uid, trust.name, "", trust.home.region,
        trust.home.lat, trust.home.lng, phases, str(run), str(rng.randint(1, 4)),
        str(rng.choice((20, 25, 30, 40))), str(rng.choice((2, 3, 4))),
    )  # fmt: skip


def _head(rng: Random, school: School) -> Leader:
    phase = {"PRU": "alternative_provision"}.get(school.phase, school.phase.lower())
    body = ("trust", school.trust.uid, school.trust.name) if school.trust else (
        "local_authority", school.place.authority, school.place.authority)  # fmt: skip
    return Leader(
        f"NLE-{school.urn}", "nle", *body, str(school.urn), school.place.region, school.lat or school.place.lat,
        school.lng or school.place.lng, phase, "", "1", str(rng.choice((10, 15, 20))), str(rng.choice((1, 2))),
    )  # fmt: skip


def _outstanding(school: School) -> bool:
    if school.card is not None or not school.older or not school.in_newer_file:
        return False
    faith_or_run = school.trust is not None or school.type in {"Community School", "Foundation School"}
    return school.older[0].overall == "1" and school.phase != "Nursery" and faith_or_run
