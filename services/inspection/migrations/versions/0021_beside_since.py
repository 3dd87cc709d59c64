"""What official files said beside a version since it was made, and shares that were told and replaced."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    since = sa.Column("beside_since", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False)
    op.add_column("progress_versions", since)
    op.create_table(
        "former_shares",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("urn", sa.Integer(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("cohort", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_former_shares")),
        sa.UniqueConstraint(
            "urn",
            "period",
            "measure",
            "value",
            "cohort",
            name=op.f("uq_former_shares_urn_period_measure_value_cohort"),
            postgresql_nulls_not_distinct=True,
        ),
        sa.CheckConstraint("period ~ '^[0-9]{4}-[0-9]{2}$'", name=op.f("ck_former_shares_period")),
    )


def downgrade() -> None:
    op.drop_table("former_shares")
    op.drop_column("progress_versions", "beside_since")
