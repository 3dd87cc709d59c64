"""Inspections that carry a warning are few: a report of them need not read the others."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_inspections_warned", "inspections", ["urn"], postgresql_where=sa.text("warnings <> '{}'"))


def downgrade() -> None:
    op.drop_index("ix_inspections_warned", "inspections")
