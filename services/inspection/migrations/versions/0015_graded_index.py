"""An index of the graded inspections in evidence that answers statistics by itself, without reading the table."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_inspections_graded",
        "inspections",
        ["urn", sa.text("starts_on DESC"), sa.text("id DESC")],
        postgresql_include=["published_on", "framework", "overall", "category_of_concern"],
        postgresql_where=sa.text("evidence AND kind = 'graded' AND state = 'published'"),
    )


def downgrade() -> None:
    op.drop_index("ix_inspections_graded", "inspections")
