"""Rounds keep the pairs that were excluded, whether leaders may cross regions, how steady they were, and who asked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand only: a process of the release before does not name the columns."""
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.add_column("matching_rounds", sa.Column("excluded", JSONB(), server_default=sa.text("'[]'"), nullable=False))
    op.add_column(
        "matching_rounds", sa.Column("cross_region", sa.Boolean(), server_default=sa.text("true"), nullable=False)
    )
    op.add_column("matching_rounds", sa.Column("stability", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column("matching_rounds", sa.Column("broker", sa.Text()))
    op.add_column("matching_rounds", sa.Column("kept", sa.Integer()))


def downgrade() -> None:
    """Drop what was made."""
    for name in ("kept", "broker", "stability", "cross_region", "excluded"):
        op.drop_column("matching_rounds", name)
