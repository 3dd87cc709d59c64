"""Earlier snapshots of outcomes, in reduced columns: for history and display only."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "outcome_snapshots",
        sa.Column("urn", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("framework", sa.Text(), nullable=False),
        sa.Column("overall", sa.SmallInteger(), nullable=True),
        sa.Column("overall_reason", sa.Text(), nullable=True),
        sa.Column("grades", postgresql.JSON(), nullable=False),
        sa.Column("warnings", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("overall BETWEEN 1 AND 4", name=op.f("ck_outcome_snapshots_overall")),
        sa.CheckConstraint(
            "(overall IS NULL) = (overall_reason IS NOT NULL)", name=op.f("ck_outcome_snapshots_overall_or_reason")
        ),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name=op.f("fk_outcome_snapshots_source_id")),
        sa.PrimaryKeyConstraint("urn", "starts_on", name=op.f("pk_outcome_snapshots")),
        sa.UniqueConstraint("id", name=op.f("uq_outcome_snapshots_id")),
    )


def downgrade() -> None:
    op.drop_table("outcome_snapshots")
