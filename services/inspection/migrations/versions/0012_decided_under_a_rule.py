"""Under which rule of suppression a figure may be told, and a comparison or a release was made."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

MADE_BEFORE = ""
"""No rule's name: what was stored before is decided anew."""


def upgrade() -> None:
    op.add_column("pupil_measures", sa.Column("told_under", sa.Text(), nullable=True))
    for table in ("measure_comparisons", "progress_releases"):
        made_under = sa.Column("made_under", sa.Text(), nullable=False, server_default=MADE_BEFORE)
        op.add_column(table, made_under)
        op.alter_column(table, "made_under", server_default=None)


def downgrade() -> None:
    for table in ("progress_releases", "measure_comparisons"):
        op.drop_column(table, "made_under")
    op.drop_column("pupil_measures", "told_under")
