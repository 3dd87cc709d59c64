"""Changes that concern a group of the register and no school."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.execute("ALTER TABLE import_changes ALTER urn DROP NOT NULL")


def downgrade() -> None:
    op.execute("DELETE FROM import_changes WHERE urn IS NULL")
    op.execute("ALTER TABLE import_changes ALTER urn SET NOT NULL")
