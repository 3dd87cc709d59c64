"""Rounds keep a distance cap of their own; an index of a trust's schools with what its leader's context is made of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand only."""
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.add_column("matching_rounds", sa.Column("distance_cap_km", sa.Float()))
    op.create_index("ix_schools_trust_uid", "schools", ["trust_uid"], postgresql_include=["pupils", "idaci_quintile"])


def downgrade() -> None:
    """Drop what was made."""
    op.drop_index("ix_schools_trust_uid", "schools")
    op.drop_column("matching_rounds", "distance_cap_km")
