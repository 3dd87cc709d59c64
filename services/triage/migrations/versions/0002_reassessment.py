"""Schools to assess again, the day and the version each scheme stands on, and evidence beside inspections."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

EVIDENCE_VERSION = "facts_version || CASE WHEN follow_up = '{}'::jsonb THEN '' ELSE '.' || md5(follow_up::text) END"


def upgrade() -> None:
    op.create_table(
        "schools_to_assess",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("scheme", sa.Text(), nullable=False),
        sa.Column("urn", sa.BigInteger(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("marked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("cause IN ('facts', 'policy', 'day')", name=op.f("ck_schools_to_assess_cause")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schools_to_assess")),
    )
    op.create_index("ix_schools_to_assess_scheme_id", "schools_to_assess", ["scheme", "id"], unique=False)
    op.create_table(
        "scheme_days",
        sa.Column("scheme", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("scheme", name=op.f("pk_scheme_days")),
    )
    op.add_column(
        "school_facts",
        sa.Column("follow_up", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
    )
    op.add_column(
        "school_facts", sa.Column("evidence_version", sa.Text(), sa.Computed(EVIDENCE_VERSION, persisted=True))
    )
    op.alter_column("school_facts", "evidence_version", nullable=False)
    op.alter_column("assessments", "run_id", nullable=True)
    op.add_column("assessments", sa.Column("cause", sa.Text(), server_default=sa.text("'run'"), nullable=False))
    op.create_check_constraint(
        op.f("ck_assessments_cause"), "assessments", "cause IN ('run', 'facts', 'policy', 'day')"
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_assessments_cause"), "assessments")
    op.drop_column("assessments", "cause")
    op.drop_column("school_facts", "evidence_version")
    op.drop_column("school_facts", "follow_up")
    op.drop_table("scheme_days")
    op.drop_table("schools_to_assess")
