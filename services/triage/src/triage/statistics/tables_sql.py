"""Statements that count schools by tier and group."""

# ruff: noqa: S608 - statements are put together from fixed fragments; every value is bound

from typing import Final, Literal

By = Literal["region", "phase", "la", "trust", "deprivation"]

_REGION_AND_LA: Final = {
    "published": ("told.document ->> 'region'", "told.document ->> 'local_authority_code'"),
    "of_school": ("school.region", "school.la_code"),
}
_OTHERS: Final = {
    "phase": "school.phase",
    "trust": "school.trust_uid",
    "deprivation": "school.idaci_quintile",
}
LABELS: Final = {
    "la": "school.la_name",
    "trust": "school.trust_name",
}
STANDING: Final = """made.scheme = :scheme AND made.created_at < CAST(:as_of AS date) + 1
    AND (made.superseded_at IS NULL OR made.superseded_at >= CAST(:as_of AS date) + 1)"""
_CASES: Final = {
    "proposed": f"""SELECT made.urn, made.result AS tier, CAST(NULL AS jsonb) AS document
        FROM assessments AS made WHERE made.series = 'current' AND {STANDING} AND {{seen}}""",
    "decided": f"""SELECT made.urn, made.tier, CAST(NULL AS jsonb) AS document
        FROM decisions AS made WHERE {STANDING} AND {{seen}}""",
    "published": """SELECT made.urn, made.tier, made.document
        FROM decision_publications AS made
        WHERE made.scheme = :scheme AND made.published_at < CAST(:as_of AS date) + 1
          AND (made.superseded_at IS NULL OR made.superseded_at >= CAST(:as_of AS date) + 1) AND {seen}""",
}
_SUMS: Final = """
    count(*) AS schools,
    coalesce(sum(school.pupils), 0)::bigint AS pupils,
    count(*) FILTER (WHERE school.pupils IS NULL) AS pupils_unknown,
    count(*) FILTER (WHERE school.fsm_status = 'value') AS counted,
    coalesce(sum(school.pupils) FILTER (WHERE school.fsm_status = 'value'), 0)::bigint AS counted_pupils,
    coalesce(sum(school.fsm_estimate) FILTER (WHERE school.fsm_status = 'value'), 0)::bigint AS estimate,
    count(*) FILTER (WHERE school.fsm_status = 'suppressed') AS suppressed,
    count(*) FILTER (WHERE coalesce(school.fsm_status, 'missing') NOT IN ('value', 'suppressed')) AS missing
"""


def counted(basis: str, by: By, seen: str) -> str:
    """Return the statement that counts the schools of one basis, by tier and group.

    Columns: `region` (by authority only), `code`, `label`, `tier`, and sums. `code` is null where it is not known. In
    no order: to sort a country's schools costs more than to count them.
    """
    region, authority = _REGION_AND_LA["published" if basis == "published" else "of_school"]
    code = {"region": region, "la": authority, **_OTHERS}[by]
    outer = region if by == "la" else "CAST(NULL AS text)"
    label = LABELS.get(by)
    named = f"max({label})" if label else "CAST(NULL AS text)"
    cases = _CASES[basis].format(seen=seen)
    return f"""SELECT {outer} AS region, {code} AS code, {named} AS label, told.tier, {_SUMS}
        FROM ({cases}) AS told JOIN school_facts AS school ON school.urn = told.urn
        GROUP BY 1, 2, told.tier"""


SOURCES: Final = """SELECT min(school.fsm_census) AS census_first, max(school.fsm_census) AS census_last,
        min(school.fsm_as_at) AS as_at_first, max(school.fsm_as_at) AS as_at_last,
        min(school.source_as_at) AS roll_first, max(school.source_as_at) AS roll_last
    FROM school_facts AS school"""
