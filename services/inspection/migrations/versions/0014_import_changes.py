"""Changes of an import beside the register's fields: what each concerns, and which stay, inspection or year."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("import_changes", sa.Column("concerns", sa.Text(), server_default="school", nullable=False))
    op.add_column("import_changes", sa.Column("subject", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("import_changes", "subject")
    op.drop_column("import_changes", "concerns")
