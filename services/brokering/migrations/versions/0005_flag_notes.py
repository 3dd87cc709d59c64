"""Proposals keep what their flags say in words; small indexes of the schools in difficulty."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand only: a process of the release before does not name the column."""
    op.add_column("proposals", sa.Column("flag_notes", JSONB(), server_default=sa.text("'[]'"), nullable=False))
    op.create_index(
        "ix_schools_in_category", "schools", ["urn"], postgresql_where=sa.text("category_of_concern IS NOT NULL")
    )
    op.create_index(
        "ix_school_assessments_of_concern",
        "school_assessments",
        ["urn"],
        postgresql_where=sa.text("category_of_concern IS NOT NULL OR 'stuck' = ANY (flags)"),
    )


def downgrade() -> None:
    """Drop what was made."""
    op.drop_index("ix_school_assessments_of_concern", "school_assessments")
    op.drop_index("ix_schools_in_category", "schools")
    op.drop_column("proposals", "flag_notes")
