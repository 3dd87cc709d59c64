"""The fields of the register: who speaks of which, and which of two sources is believed.

The register itself (GIAS) and Ofsted's monthly file, which is made from it on a day of its own, both describe a school.
Of a field that both have, the one of the newer date is believed, the register on the same day. See ADR 0013.
"""

from typing import Final

SHARED: Final = (
    "laestab", "name", "name_folded", "phase", "region", "pupils", "low_age", "high_age", "sixth_form",
    "religious_character", "open_date", "postcode", "type_code", "la_code", "trust_uid", "rb_kind", "rb_id",
    "rb_reason",
)  # fmt: skip
"""Fields that both sources have."""

BODY: Final = frozenset({"type_code", "trust_uid", "rb_kind", "rb_id", "rb_reason"})
"""Fields of the register that are believed together, blank or not; of others a blank cell of it says nothing."""

CLOSED: Final = "closed"
"""The status of a school that is no more: what it was when it closed stays."""

CLOSURE: Final = ("status", "close_date")
"""Fields of the register that have a date of their own, and that Ofsted's file only implies by listing a school."""

REGISTER_ONLY: Final = ("ukprn", "capacity", "urban_rural", "sponsor", "federation_uid", "federation")
"""Fields that the register alone has."""

LISTING_ONLY: Final = ("report_url", "idaci_quintile", "missing_since", "sixth_form_reason")
"""Fields that come with Ofsted's file alone."""

KEPT: Final = (*SHARED, *CLOSURE, *REGISTER_ONLY, *LISTING_ONLY)
"""All fields whose changes are kept."""

DERIVED: Final = frozenset({"name_folded"})
"""Fields that are made from others: kept with them, and shown to nobody."""

TRUST: Final = "trust"
SINGLE_ACADEMY_TRUST: Final = "single_academy_trust"


def counted_as(kind: str, body_id: str | None, trust_kind: str | None) -> str | None:
    """Return the kind of body that a responsible body counts as: of a trust its own kind, else `kind`.

    An academy whose source names no trust is counted as a single-academy trust (the register leaves the UID of those
    out). None: a trust of a kind that the register does not tell.
    """
    if kind != TRUST:
        return kind
    return trust_kind if body_id is not None else SINGLE_ACADEMY_TRUST
