"""Inspections of trusts: every version a row, and rows only ever added."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "trust_inspections",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("trust_uid", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=False),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint("version >= 1", name=op.f("ck_trust_inspections_version")),
        sa.CheckConstraint("starts_on >= DATE '2027-09-01'", name=op.f("ck_trust_inspections_framework_date")),
        sa.CheckConstraint("published_on >= starts_on", name=op.f("ck_trust_inspections_published_after_start")),
        sa.CheckConstraint("(version = 1) = (reason IS NULL)", name=op.f("ck_trust_inspections_correction_has_reason")),
        sa.ForeignKeyConstraint(["trust_uid"], ["school_groups.uid"], name=op.f("fk_trust_inspections_trust_uid")),
        sa.PrimaryKeyConstraint("id", "version", name=op.f("pk_trust_inspections")),
        comment="add-only: what was published stays",
    )
    op.create_index(
        "uq_trust_inspections_trust_uid_number",
        "trust_inspections",
        ["trust_uid", "number"],
        unique=True,
        postgresql_where=sa.text("version = 1"),
    )
    op.create_index("ix_trust_inspections_trust_uid", "trust_inspections", ["trust_uid", "id", "version"], unique=False)


def downgrade() -> None:
    op.drop_table("trust_inspections")
