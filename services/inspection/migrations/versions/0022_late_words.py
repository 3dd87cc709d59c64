"""A change of a school's field that comes before the others of its day: the end of what a late file said."""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.execute("ALTER TABLE school_changes ADD COLUMN comes_first boolean NOT NULL DEFAULT false")


def downgrade() -> None:
    op.execute("ALTER TABLE school_changes DROP COLUMN comes_first")
