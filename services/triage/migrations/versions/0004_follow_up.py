"""What followed an inspection: completed support and progress reviews, each with its versions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.auth.tenancy import enable_row_security

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "follow_ups",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("urn", sa.BigInteger(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("conclusion", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("withdrawn", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_role", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tenancy_orgs", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("tenancy_region", sa.Text(), nullable=True),
        sa.CheckConstraint("kind IN ('support_outcome', 'progress_review')", name=op.f("ck_follow_ups_kind")),
        sa.CheckConstraint(
            "(kind = 'progress_review') = (conclusion IS NOT NULL)", name=op.f("ck_follow_ups_conclusion_of_a_review")
        ),
        sa.CheckConstraint("version = 1 OR reason IS NOT NULL", name=op.f("ck_follow_ups_reason_of_a_correction")),
        sa.PrimaryKeyConstraint("id", "version", name=op.f("pk_follow_ups")),
    )
    op.create_index("ix_follow_ups_urn_id", "follow_ups", ["urn", "id"], unique=False)
    op.create_index(
        "uq_follow_ups_one_per_reference",
        "follow_ups",
        ["kind", "reference"],
        unique=True,
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    enable_row_security(op, "follow_ups")


def downgrade() -> None:
    op.drop_table("follow_ups")
