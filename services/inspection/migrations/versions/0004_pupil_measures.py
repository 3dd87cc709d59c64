"""Official measures of pupils, and the figures of areas and like schools made from them."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

STATUSES = "status IN ('value', 'suppressed', 'not_collected', 'missing')"
VALUE_OR_STATUS = "(value IS NOT NULL) = (status = 'value')"


def upgrade() -> None:
    op.create_table(
        "pupil_measures",
        sa.Column("urn", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("cohort", sa.Integer(), nullable=True),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(STATUSES, name=op.f("ck_pupil_measures_status")),
        sa.CheckConstraint(VALUE_OR_STATUS, name=op.f("ck_pupil_measures_value_or_status")),
        sa.CheckConstraint("cohort >= 0", name=op.f("ck_pupil_measures_cohort")),
        sa.CheckConstraint("period ~ '^[0-9]{4}-[0-9]{2}$'", name=op.f("ck_pupil_measures_period")),
        sa.PrimaryKeyConstraint("urn", "measure", "period", name=op.f("pk_pupil_measures")),
    )
    op.create_index("ix_pupil_measures_measure_period", "pupil_measures", ["measure", "period"], unique=False)
    op.create_table(
        "measure_comparisons",
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("phases", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("schools", sa.Integer(), nullable=False),
        sa.Column("weighting", sa.Text(), nullable=False),
        sa.CheckConstraint(STATUSES, name=op.f("ck_measure_comparisons_status")),
        sa.CheckConstraint(VALUE_OR_STATUS, name=op.f("ck_measure_comparisons_value_or_status")),
        sa.CheckConstraint("weighting IN ('pupils', 'schools')", name=op.f("ck_measure_comparisons_weighting")),
        sa.CheckConstraint("schools >= 0", name=op.f("ck_measure_comparisons_schools")),
        sa.PrimaryKeyConstraint("measure", "period", "phases", "level", "area", name=op.f("pk_measure_comparisons")),
    )


def downgrade() -> None:
    op.drop_table("measure_comparisons")
    op.drop_table("pupil_measures")
