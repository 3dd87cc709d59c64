"""Policies, the copy of the facts, assessments and decisions; with the tables every service has."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.auth.tenancy import enable_row_security
from shared.db.platform import install_platform_v1
from triage.policies.loading import load_packaged

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

CONFIDENTIAL = ("assessments", "decisions")

ORGANISATIONS_SQL = """
CREATE FUNCTION triage_orgs(audience text, body_org text, urn bigint) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE audience
        WHEN 'body' THEN array_remove(ARRAY[body_org], NULL)
        WHEN 'school' THEN array_remove(ARRAY[body_org, 'school:' || urn], NULL)
        ELSE ARRAY[]::text[]
    END
$$
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    install_platform_v1(op)
    op.execute(ORGANISATIONS_SQL)
    create_policy_versions()
    create_school_facts()
    create_assessment_runs()
    create_assessments()
    create_decisions()
    for table in CONFIDENTIAL:
        enable_row_security(op, table)
    load_packaged(op.get_bind())


def downgrade() -> None:
    for table in ("decisions", "assessments", "assessment_runs", "school_facts", "policy_versions"):
        op.drop_table(table)
    op.execute("DROP FUNCTION triage_orgs(text, text, bigint)")


def create_policy_versions() -> None:
    op.create_table(
        "policy_versions",
        sa.Column("scheme", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("in_force_from", sa.Date(), nullable=False),
        sa.Column("in_force_to", sa.Date(), nullable=True),
        sa.Column("document", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "in_force_to IS NULL OR in_force_from <= in_force_to", name=op.f("ck_policy_versions_in_force_in_order")
        ),
        sa.CheckConstraint("version > 0", name=op.f("ck_policy_versions_version_positive")),
        sa.PrimaryKeyConstraint("scheme", "version", name=op.f("pk_policy_versions")),
        comment="add-only: a version never changes",
    )


def create_school_facts() -> None:
    op.create_table(
        "school_facts",
        sa.Column("urn", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=True),
        sa.Column("la_code", sa.Text(), nullable=True),
        sa.Column("trust_uid", sa.Text(), nullable=True),
        sa.Column("body_org", sa.Text(), nullable=True),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("profile", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("facts_version", sa.Text(), nullable=False),
        sa.Column("source_name", sa.Text(), nullable=False),
        sa.Column("source_as_at", sa.Date(), nullable=True),
        sa.Column("source_loaded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("urn", name=op.f("pk_school_facts")),
    )
    op.create_index("ix_school_facts_la_code", "school_facts", ["la_code"], unique=False)
    op.create_index("ix_school_facts_region", "school_facts", ["region"], unique=False)
    op.create_index("ix_school_facts_trust_uid", "school_facts", ["trust_uid"], unique=False)


def create_assessment_runs() -> None:
    op.create_table(
        "assessment_runs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scheme", sa.Text(), nullable=False),
        sa.Column("policy_version", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("scope", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("org", sa.Text(), nullable=False),
        sa.Column("upstream", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("counts", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["scheme", "policy_version"],
            ["policy_versions.scheme", "policy_versions.version"],
            name="fk_assessment_runs_policy_version",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment_runs")),
    )
    op.create_index("ix_assessment_runs_scheme_series", "assessment_runs", ["scheme", "series"], unique=False)


def create_assessments() -> None:
    op.create_table(
        "assessments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("urn", sa.BigInteger(), nullable=False),
        sa.Column("scheme", sa.Text(), nullable=False),
        sa.Column("policy_version", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("flags", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("action_areas", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("category_of_concern", sa.Text(), nullable=True),
        sa.Column("warnings", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("reasons", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("counterfactuals", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("facts_version", sa.Text(), nullable=False),
        sa.Column("result_hash", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("tenancy_orgs", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("tenancy_region", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "is_current",
            sa.Boolean(),
            sa.Computed("series = 'current' AND superseded_at IS NULL", persisted=True),
            nullable=False,
        ),
        sa.CheckConstraint("audience IN ('department', 'body', 'school')", name=op.f("ck_assessments_audience")),
        sa.ForeignKeyConstraint(["run_id"], ["assessment_runs.id"], name=op.f("fk_assessments_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessments")),
    )
    op.create_index("ix_assessments_urn_id", "assessments", ["urn", "id"], unique=False)
    op.create_index(
        "uq_assessments_one_live_per_school",
        "assessments",
        ["scheme", "series", "urn"],
        unique=True,
        postgresql_where=sa.text("superseded_at IS NULL"),
    )


def create_decisions() -> None:
    op.create_table(
        "decisions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("urn", sa.BigInteger(), nullable=False),
        sa.Column("scheme", sa.Text(), nullable=False),
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("proposed", sa.Text(), nullable=False),
        sa.Column("tier", sa.Text(), nullable=False),
        sa.Column("route", sa.Text(), nullable=True),
        sa.Column("actions", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("conditions", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("consulted", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("authoriser", sa.Text(), nullable=False),
        sa.Column("authoriser_role", sa.Text(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("supersedes", sa.Uuid(), nullable=True),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tenancy_orgs", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("tenancy_region", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("tier = proposed OR reason IS NOT NULL", name=op.f("ck_decisions_reason_where_it_differs")),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessments.id"], name=op.f("fk_decisions_assessment_id")),
        sa.ForeignKeyConstraint(["supersedes"], ["decisions.id"], name=op.f("fk_decisions_supersedes")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
    )
    op.create_index("ix_decisions_assessment_id", "decisions", ["assessment_id"], unique=False)
    op.create_index("ix_decisions_urn_id", "decisions", ["urn", "id"], unique=False)
    op.create_index(
        "uq_decisions_one_current_per_school",
        "decisions",
        ["urn", "scheme"],
        unique=True,
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_index("uq_decisions_supersedes", "decisions", ["supersedes"], unique=True)
