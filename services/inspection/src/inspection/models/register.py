"""The register: schools, the groups they belong to, the links between them and where they are."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, Integer, SmallInteger, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from inspection.models.base import Base


class School(Base):
    """A school as the newest file names it. Codes are those of the data files in `inspection/data`.

    `content_hash` is the digest of the fields of Ofsted's file as normalised: equal digests mean nothing changed.
    `source_id` is the newest file of Ofsted's that listed it, or else what the register said; `missing_since` the date
    of the first newer one that did not list it any more; such a school is kept. Where the register's word is newer,
    `register_source_id` tells its file, and `overlaid` keeps the fields as Ofsted's has them. `known_since` is the date
    of the file that the school came with: of earlier days its fields are not known, later ones are in
    `school_changes`.
    """

    __tablename__ = "schools"
    __table_args__ = (
        CheckConstraint("urn BETWEEN 100000 AND 999999", name="urn"),
        CheckConstraint("name <> ''", name="name_not_empty"),
        CheckConstraint("pupils >= 0", name="pupils"),
        CheckConstraint("capacity >= 0", name="capacity"),
        CheckConstraint("idaci_quintile BETWEEN 1 AND 5", name="idaci_quintile"),
        CheckConstraint("rb_kind IN ('trust', 'local_authority', 'other')", name="rb_kind"),
        CheckConstraint("(rb_id IS NULL) = (rb_reason IS NOT NULL)", name="rb_id_or_reason"),
        CheckConstraint("trust_uid IS NULL OR (rb_kind = 'trust' AND rb_id = trust_uid)", name="trust_is_rb"),
        Index("ix_schools_missing_since", "missing_since", postgresql_where=text("missing_since IS NOT NULL")),
        Index(
            "ix_schools_name_folded",
            "name_folded",
            postgresql_using="gin",
            postgresql_ops={"name_folded": "gin_trgm_ops"},
        ),
        Index("ix_schools_postcode", "postcode", postgresql_ops={"postcode": "text_pattern_ops"}),
        Index("ix_schools_region_urn", "region", "urn"),
        Index("ix_schools_la_code_urn", "la_code", "urn"),
        Index("ix_schools_trust_uid_urn", "trust_uid", "urn"),
    )

    urn: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    laestab: Mapped[str | None]
    ukprn: Mapped[str | None]
    name: Mapped[str]
    name_folded: Mapped[str]
    phase: Mapped[str]
    type_code: Mapped[str]
    status: Mapped[str]
    region: Mapped[str]
    la_code: Mapped[str]
    rb_kind: Mapped[str]
    rb_id: Mapped[str | None]
    rb_reason: Mapped[str | None]
    trust_uid: Mapped[str | None]
    pupils: Mapped[int | None]
    idaci_quintile: Mapped[int | None] = mapped_column(SmallInteger)
    low_age: Mapped[int | None] = mapped_column(SmallInteger)
    high_age: Mapped[int | None] = mapped_column(SmallInteger)
    sixth_form: Mapped[bool | None]
    sixth_form_reason: Mapped[str | None]  # why Ofsted's file tells neither, where it says so
    religious_character: Mapped[str | None]
    open_date: Mapped[date | None]
    postcode: Mapped[str | None]
    report_url: Mapped[str | None]
    missing_since: Mapped[date | None]
    content_hash: Mapped[bytes]
    source_id: Mapped[int]  # of `sources`, which are never deleted: each load writes its own, then the rows
    close_date: Mapped[date | None]
    capacity: Mapped[int | None]
    urban_rural: Mapped[str | None]
    sponsor: Mapped[str | None]
    federation_uid: Mapped[str | None]
    federation: Mapped[str | None]
    register_source_id: Mapped[int | None]  # of `sources`
    overlaid: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    known_since: Mapped[date] = mapped_column(server_default=text("CURRENT_DATE"))


class SchoolGroup(Base):
    """A group of schools by its UID: academy trusts, and the federations, sponsors and others of the same register.

    An academy trust is a row whose kind is marked `academy_trust` in `data/group_kinds.json`.
    """

    __tablename__ = "school_groups"
    __table_args__ = (
        CheckConstraint("uid ~ '^[0-9]+$'", name="uid"),
        CheckConstraint("name <> ''", name="name_not_empty"),
        Index(
            "ix_school_groups_name_folded",
            "name_folded",
            postgresql_using="gin",
            postgresql_ops={"name_folded": "gin_trgm_ops"},
        ),
        Index("ix_school_groups_kind_uid", "kind", "uid"),
    )

    uid: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    name: Mapped[str]
    name_folded: Mapped[str]
    status: Mapped[str]
    trn: Mapped[str | None]
    ukprn: Mapped[str | None]
    companies_house_number: Mapped[str | None]
    opened_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    postcode: Mapped[str | None]
    content_hash: Mapped[bytes]
    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id"))


class SchoolLink(Base):
    """A link as the register gives it, and the same as one edge from predecessor to successor where it has a direction.

    The register tells most edges from both ends: take them `DISTINCT`. `cut` marks an edge that would close a cycle.
    """

    __tablename__ = "school_links"
    __table_args__ = (
        CheckConstraint("urn <> link_urn", name="not_itself"),
        CheckConstraint("(predecessor_urn IS NULL) = (successor_urn IS NULL)", name="both_ends"),
        Index("ix_school_links_predecessor_urn", "predecessor_urn"),
        Index("ix_school_links_successor_urn", "successor_urn"),
    )

    urn: Mapped[int] = mapped_column(primary_key=True)
    link_urn: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    link_name: Mapped[str | None]
    established_on: Mapped[date | None]
    predecessor_urn: Mapped[int | None]
    successor_urn: Mapped[int | None]
    cut: Mapped[bool] = mapped_column(server_default=text("false"))
    content_hash: Mapped[bytes]
    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id"))


class SchoolLocation(Base):
    """Where a URN is (WGS 84 degrees). It may be known before the school is."""

    __tablename__ = "school_locations"
    __table_args__ = (
        CheckConstraint("lat BETWEEN -90 AND 90", name="lat"),
        CheckConstraint("lng BETWEEN -180 AND 180", name="lng"),
        Index("ix_school_locations_lat_lng", "lat", "lng"),
    )

    urn: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    lat: Mapped[float]
    lng: Mapped[float]
    content_hash: Mapped[bytes]
    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id"))


class Membership(Base):
    """A school's time in a trust, `joined_on <= day < left_on`.

    Most files only show who belongs where on their date: `assumed` says that `joined_on` is not a fact but the
    academy's open date or the date of the first file that showed it, kept in `first_seen_on`. Facts come from the
    register's history of memberships; of them `first_seen_on` is the day of joining.
    """

    __tablename__ = "memberships"
    __table_args__ = (
        CheckConstraint("left_on IS NULL OR left_on > first_seen_on", name="left_after_seen"),
        Index("uq_memberships_urn_current", "urn", unique=True, postgresql_where=text("left_on IS NULL")),
        Index("uq_memberships_urn_first_seen_on", "urn", "first_seen_on", unique=True),
        Index("ix_memberships_trust_uid_urn", "trust_uid", "urn"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    urn: Mapped[int]  # of `schools`, kept by the trigger fk_memberships_urn
    trust_uid: Mapped[str]  # of `school_groups`, kept by the trigger fk_memberships_trust_uid
    joined_on: Mapped[date]
    left_on: Mapped[date | None]
    first_seen_on: Mapped[date]
    assumed: Mapped[bool]
    source_id: Mapped[int]  # of `sources`, as for schools


class WaitingMembership(Base):
    """The stays of a school that no file has named yet, as the newest history of memberships tells them.

    `stays`: the trust's UID and name, days of joining and leaving of each. They go with the school's coming.
    """

    __tablename__ = "waiting_memberships"

    urn: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id"))
    stays: Mapped[list[Any]] = mapped_column(JSONB)


class Sighting(Base):
    """The trust that a file of one day (`sources.as_at`) shows each of its schools in: null, in none.

    One row for each load of a file, `trust_uids` in the order of `urns`: stays follow from all of them, in whatever
    order they are loaded. `passed` are the inspections that were known then, of schools it lists, and that it has no
    word on.
    """

    __tablename__ = "sightings"
    __table_args__ = (CheckConstraint("cardinality(urns) = cardinality(trust_uids)", name="one_trust_each"),)

    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id"), primary_key=True)
    urns: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    trust_uids: Mapped[list[str | None]] = mapped_column(ARRAY(Text))
    passed: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), server_default=text("'{}'"))
