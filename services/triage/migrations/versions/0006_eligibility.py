"""Cases admitted to a programme outside its criteria."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "eligibility_exceptions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("programme", sa.Text(), nullable=False),
        sa.Column("programme_version", sa.Integer(), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("admitted_on", sa.Date(), nullable=False),
        sa.Column("admitted_by", sa.Text(), nullable=False),
        sa.Column("admitted_role", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("subject_kind IN ('school', 'trust')", name=op.f("ck_eligibility_exceptions_subject_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_eligibility_exceptions")),
        sa.UniqueConstraint("programme", "subject_kind", "subject", name="uq_eligibility_exceptions_one_per_case"),
        comment="add-only: a version never changes",
    )


def downgrade() -> None:
    op.drop_table("eligibility_exceptions")
