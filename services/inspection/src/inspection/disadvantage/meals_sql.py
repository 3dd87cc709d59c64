"""What may be told of a school's free meals, as expressions over `schools s` and its figure, `pupil_measures m`."""

from typing import Any, Final

from inspection.dashboards.rule import rule

MEASURE: Final = "fsm_ever6_percent"

# whether a school's figure may be told was decided when it was loaded: `dashboards.comparisons.decide`
STATUS: Final = """CASE
        WHEN m.status = 'suppressed' THEN 'suppressed'
        WHEN m.value IS NULL OR s.pupils IS NULL THEN 'missing'
        WHEN m.told_under = :rule THEN 'value'
        ELSE 'suppressed' END"""
ESTIMATE: Final = "round(m.value * s.pupils / 100)"
NEWEST: Final = "(SELECT max(each.period) FROM pupil_measures each WHERE each.measure = :measure)"


def parameters() -> dict[str, Any]:
    """Return the values that the expressions ask for."""
    return {"measure": MEASURE, "rule": rule()}
