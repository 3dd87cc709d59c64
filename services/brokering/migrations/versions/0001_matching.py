"""The directory of leaders, our copies of schools and judgements, needs, rounds and proposals."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.auth.tenancy import enable_row_security
from shared.db.platform import install_platform_v1

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TENANT_TABLES = ("needs", "round_needs", "round_unmatched", "proposals")
LEADER_TABLES = ("leader_designations", "leader_availability", "leader_interests")

TABLES = (
    "leader_batches",
    "leaders",
    "matching_rounds",
    "needs",
    "school_assessments",
    "school_decisions",
    "schools",
    "leader_availability",
    "leader_designations",
    "leader_interests",
    "proposals",
    "round_leaders",
    "round_needs",
    "round_unmatched",
)

CLAIMED_REGIONS = "string_to_array(nullif(current_setting('app.regions', true), ''), '|')"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    install_platform_v1(op)
    _leader_batches()
    _leaders()
    _matching_rounds()
    _needs()
    _school_assessments()
    _school_decisions()
    _schools()
    _leader_availability()
    _leader_designations()
    _leader_interests()
    _proposals()
    _round_leaders()
    _round_needs()
    _round_unmatched()
    _row_security()


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)


def _row_security() -> None:
    for table in TENANT_TABLES:
        enable_row_security(op, table)
    _lock("leaders", f"tenancy_visible(tenancy_orgs, tenancy_region) OR cardinality({CLAIMED_REGIONS}) > 0")
    for table in LEADER_TABLES:
        _lock(table, "EXISTS (SELECT FROM leaders WHERE leaders.id = leader_id)")
    _lock("matching_rounds", f"tenancy_visible('{{}}', NULL) OR scope_regions && {CLAIMED_REGIONS}")
    _lock("round_leaders", "EXISTS (SELECT FROM matching_rounds WHERE matching_rounds.id = round_id)")


def _lock(table: str, condition: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY tenancy ON {table} USING ({condition})")


def _leader_batches() -> None:
    op.create_table(
        "leader_batches",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("counts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("rows", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leader_batches")),
    )


def _leaders() -> None:
    op.create_table(
        "leaders",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("organisation_kind", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Text(), nullable=True),
        sa.Column("organisation_name", sa.Text(), nullable=True),
        sa.Column("base_urn", sa.Integer(), nullable=True),
        sa.Column("region", sa.Text(), nullable=True),
        sa.Column("lat", sa.DOUBLE_PRECISION(), nullable=True),
        sa.Column("lng", sa.DOUBLE_PRECISION(), nullable=True),
        sa.Column("phases", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("strengths", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("schools_in_organisation", sa.Integer(), nullable=True),
        sa.Column("schools_turned_round", sa.Integer(), nullable=True),
        sa.Column("days_available", sa.Numeric(precision=5, scale=1), nullable=False),
        sa.Column("max_concurrent", sa.Integer(), nullable=False),
        sa.Column("remote", sa.Boolean(), nullable=True),
        sa.Column("row_hash", sa.Text(), nullable=True),
        sa.Column("source", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("tenancy_orgs", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("tenancy_region", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "organisation_kind IN ('trust', 'local_authority', 'other')",
            name=op.f("ck_leaders_organisation_kind_known"),
        ),
        sa.CheckConstraint("role IN ('trust_ceo', 'nle')", name=op.f("ck_leaders_role_known")),
        sa.CheckConstraint("(lat IS NULL) = (lng IS NULL)", name=op.f("ck_leaders_whole_place")),
        sa.CheckConstraint("cardinality(phases) > 0", name=op.f("ck_leaders_has_phase")),
        sa.CheckConstraint(
            "days_available >= 0 AND days_available * 2 = trunc(days_available * 2)", name=op.f("ck_leaders_half_days")
        ),
        sa.CheckConstraint("max_concurrent >= 0", name=op.f("ck_leaders_max_concurrent_not_negative")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leaders")),
        sa.UniqueConstraint("reference", name="uq_leaders_reference"),
    )
    op.create_index("ix_leaders_organisation", "leaders", ["organisation_kind", "organisation_id"], unique=False)
    op.create_index("ix_leaders_region_reference", "leaders", ["region", "reference"], unique=False)


def _matching_rounds() -> None:
    op.create_table(
        "matching_rounds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scope", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("scope_regions", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("window_from", sa.Date(), nullable=False),
        sa.Column("window_to", sa.Date(), nullable=False),
        sa.Column("weights", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("pinned", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("policy_version", sa.Integer(), nullable=False),
        sa.Column("needs", sa.Integer(), nullable=True),
        sa.Column("leaders", sa.Integer(), nullable=True),
        sa.Column("pairs", sa.Integer(), nullable=True),
        sa.Column("matched", sa.Integer(), nullable=True),
        sa.Column("unmatched", sa.Integer(), nullable=True),
        sa.Column("weighted_matched", sa.Integer(), nullable=True),
        sa.Column("total_suitability", sa.Integer(), nullable=True),
        sa.Column("bound_matched", sa.Integer(), nullable=True),
        sa.Column("bound_weighted", sa.Integer(), nullable=True),
        sa.Column("bound_total_suitability", sa.Integer(), nullable=True),
        sa.Column("optimal", sa.Boolean(), nullable=True),
        sa.Column("gap", sa.Float(), nullable=True),
        sa.Column("proof", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("upstream", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("warnings", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matching_rounds")),
    )


def _needs() -> None:
    op.create_table(
        "needs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("subject_name", sa.Text(), nullable=True),
        sa.Column("days", sa.Numeric(precision=4, scale=1), nullable=False),
        sa.Column("areas", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("priority", sa.SmallInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("statement", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("origin_kind", sa.Text(), nullable=False),
        sa.Column("origin_assessment_id", sa.Text(), nullable=True),
        sa.Column("origin_decision_id", sa.Text(), nullable=True),
        sa.Column("state_reason", sa.Text(), nullable=True),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("party_orgs", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("tenancy_orgs", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("tenancy_region", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "state IN ('provisional', 'decided', 'under_offer', 'in_support', 'met', 'withdrawn')",
            name=op.f("ck_needs_state_known"),
        ),
        sa.CheckConstraint("subject_kind IN ('school', 'trust')", name=op.f("ck_needs_subject_kind_known")),
        sa.CheckConstraint("days <= 10", name=op.f("ck_needs_days_cap")),
        sa.CheckConstraint("days > 0 AND days * 2 = trunc(days * 2)", name=op.f("ck_needs_half_days")),
        sa.CheckConstraint("priority BETWEEN 1 AND 5", name=op.f("ck_needs_priority_in_range")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_needs")),
    )
    op.create_index("ix_needs_state_region", "needs", ["state", "tenancy_region"], unique=False)
    op.create_index(
        "uq_needs_one_open_per_subject",
        "needs",
        ["subject_kind", "subject_id"],
        unique=True,
        postgresql_where=sa.text("state NOT IN ('met', 'withdrawn')"),
    )


def _school_assessments() -> None:
    op.create_table(
        "school_assessments",
        sa.Column("urn", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("scheme", sa.Text(), nullable=False),
        sa.Column("assessment_id", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("flags", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("action_areas", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("category_of_concern", sa.Text(), nullable=True),
        sa.Column("policy_version", sa.Integer(), nullable=True),
        sa.Column("as_of", sa.Date(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("urn", "scheme", name=op.f("pk_school_assessments")),
    )


def _school_decisions() -> None:
    op.create_table(
        "school_decisions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("urn", sa.Integer(), nullable=False),
        sa.Column("tier", sa.Text(), nullable=False),
        sa.Column("route", sa.Text(), nullable=True),
        sa.Column("proposed", sa.Text(), nullable=True),
        sa.Column("assessment_id", sa.Text(), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("action_areas", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("supersedes", sa.Text(), nullable=True),
        sa.Column("superseded_by", sa.Text(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_school_decisions")),
    )
    op.create_index("ix_school_decisions_urn", "school_decisions", ["urn"], unique=False)


def _schools() -> None:
    op.create_table(
        "schools",
        sa.Column("urn", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phase", sa.Text(), nullable=True),
        sa.Column("type_code", sa.Text(), nullable=True),
        sa.Column("type_label", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=True),
        sa.Column("region", sa.Text(), nullable=True),
        sa.Column("la_code", sa.Text(), nullable=True),
        sa.Column("la_name", sa.Text(), nullable=True),
        sa.Column("responsible_body_kind", sa.Text(), nullable=True),
        sa.Column("responsible_body_id", sa.Text(), nullable=True),
        sa.Column("responsible_body_name", sa.Text(), nullable=True),
        sa.Column("trust_uid", sa.Text(), nullable=True),
        sa.Column("trust_name", sa.Text(), nullable=True),
        sa.Column("pupils", sa.Integer(), nullable=True),
        sa.Column("idaci_quintile", sa.Integer(), nullable=True),
        sa.Column("lat", sa.DOUBLE_PRECISION(), nullable=True),
        sa.Column("lng", sa.DOUBLE_PRECISION(), nullable=True),
        sa.Column("religious_character", sa.Text(), nullable=True),
        sa.Column("category_of_concern", sa.Text(), nullable=True),
        sa.Column("facts_version", sa.Text(), nullable=False),
        sa.Column("source", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("loaded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("urn", name=op.f("pk_schools")),
    )
    op.create_index(
        "ix_schools_responsible_body", "schools", ["responsible_body_kind", "responsible_body_id"], unique=False
    )


def _leader_availability() -> None:
    op.create_table(
        "leader_availability",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("leader_id", sa.Uuid(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("days", sa.Numeric(precision=5, scale=1), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.CheckConstraint("days >= 0 AND days * 2 = trunc(days * 2)", name=op.f("ck_leader_availability_half_days")),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_leader_availability_dates_in_order")),
        sa.ForeignKeyConstraint(
            ["leader_id"], ["leaders.id"], name=op.f("fk_leader_availability_leader_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leader_availability")),
    )
    op.create_index("ix_leader_availability_leader_id", "leader_availability", ["leader_id"], unique=False)


def _leader_designations() -> None:
    op.create_table(
        "leader_designations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("leader_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('nle', 'trust_ceo')", name=op.f("ck_leader_designations_kind_known")),
        sa.CheckConstraint(
            "status IN ('designated', 'in_training', 'withdrawn')", name=op.f("ck_leader_designations_status_known")
        ),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_leader_designations_dates_in_order")
        ),
        sa.ForeignKeyConstraint(
            ["leader_id"], ["leaders.id"], name=op.f("fk_leader_designations_leader_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leader_designations")),
    )
    op.create_index("ix_leader_designations_leader_id", "leader_designations", ["leader_id"], unique=False)


def _leader_interests() -> None:
    op.create_table(
        "leader_interests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("leader_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("declared_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("declared_by", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('interest', 'employment', 'sponsor_bid')", name=op.f("ck_leader_interests_kind_known")
        ),
        sa.CheckConstraint(
            "subject_kind IN ('school', 'trust', 'local_authority')",
            name=op.f("ck_leader_interests_subject_kind_known"),
        ),
        sa.CheckConstraint(
            "ends_on IS NULL OR starts_on IS NULL OR ends_on >= starts_on",
            name=op.f("ck_leader_interests_dates_in_order"),
        ),
        sa.ForeignKeyConstraint(
            ["leader_id"], ["leaders.id"], name=op.f("fk_leader_interests_leader_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leader_interests")),
    )
    op.create_index("ix_leader_interests_leader_id", "leader_interests", ["leader_id"], unique=False)
    op.create_index("ix_leader_interests_subject", "leader_interests", ["subject_kind", "subject_id"], unique=False)


def _proposals() -> None:
    op.create_table(
        "proposals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("need_id", sa.Uuid(), nullable=False),
        sa.Column("leader_id", sa.Uuid(), nullable=False),
        sa.Column("need_no", sa.Integer(), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=True),
        sa.Column("subject_id", sa.Text(), nullable=True),
        sa.Column("subject_name", sa.Text(), nullable=True),
        sa.Column("leader_reference", sa.Text(), nullable=True),
        sa.Column("days", sa.Numeric(precision=4, scale=1), nullable=False),
        sa.Column("suitability", sa.SmallInteger(), nullable=False),
        sa.Column("score_parts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("distance_km", sa.Numeric(precision=6, scale=1), nullable=True),
        sa.Column("flags", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("next_best", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("pinned", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("party_orgs", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("tenancy_orgs", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("tenancy_region", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "state IN ('proposed', 'under_offer', 'accepted', 'declined', 'superseded', 'withdrawn')",
            name=op.f("ck_proposals_state_known"),
        ),
        sa.CheckConstraint("suitability BETWEEN 0 AND 1000", name=op.f("ck_proposals_suitability_in_range")),
        sa.ForeignKeyConstraint(["leader_id"], ["leaders.id"], name=op.f("fk_proposals_leader_id")),
        sa.ForeignKeyConstraint(["need_id"], ["needs.id"], name=op.f("fk_proposals_need_id")),
        sa.ForeignKeyConstraint(["round_id"], ["matching_rounds.id"], name=op.f("fk_proposals_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposals")),
        sa.UniqueConstraint("round_id", "need_id", name="uq_proposals_round_id_need_id"),
    )
    op.create_index("ix_proposals_leader_id_state", "proposals", ["leader_id", "state"], unique=False)
    op.create_index("ix_proposals_need_id_state", "proposals", ["need_id", "state"], unique=False)


def _round_leaders() -> None:
    op.create_table(
        "round_leaders",
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("leader_no", sa.SmallInteger(), nullable=False),
        sa.Column("leader_id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("days_available", sa.Numeric(precision=5, scale=1), nullable=False),
        sa.Column("max_concurrent", sa.Integer(), nullable=False),
        sa.Column("open_deployments", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(
            ["round_id"], ["matching_rounds.id"], name=op.f("fk_round_leaders_round_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("round_id", "leader_no", name=op.f("pk_round_leaders")),
    )


def _round_needs() -> None:
    op.create_table(
        "round_needs",
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("need_no", sa.Integer(), nullable=False),
        sa.Column("need_id", sa.Uuid(), nullable=False),
        sa.Column("days", sa.Numeric(precision=4, scale=1), nullable=False),
        sa.Column("priority_weight", sa.Integer(), nullable=False),
        sa.Column("leader_nos", sa.ARRAY(sa.SmallInteger()), nullable=False),
        sa.Column("suitabilities", sa.ARRAY(sa.SmallInteger()), nullable=False),
        sa.Column("flag_bits", sa.ARRAY(sa.SmallInteger()), nullable=False),
        sa.Column("tenancy_orgs", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("tenancy_region", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "cardinality(leader_nos) = cardinality(suitabilities) AND cardinality(leader_nos) = cardinality(flag_bits)",
            name=op.f("ck_round_needs_parallel_arrays"),
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["matching_rounds.id"], name=op.f("fk_round_needs_round_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("round_id", "need_no", name=op.f("pk_round_needs")),
    )


def _round_unmatched() -> None:
    op.create_table(
        "round_unmatched",
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("need_no", sa.Integer(), nullable=False),
        sa.Column("need_id", sa.Uuid(), nullable=False),
        sa.Column("reasons", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("relaxations", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("tenancy_orgs", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("tenancy_region", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["round_id"], ["matching_rounds.id"], name=op.f("fk_round_unmatched_round_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("round_id", "need_no", name=op.f("pk_round_unmatched")),
    )
