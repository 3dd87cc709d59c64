"""Rejected rows sent again on their own, and what a dry run would change."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.auth.tenancy import enable_row_security

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("imports", sa.Column("resubmits", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_imports_resubmits"), "imports", "imports", ["resubmits"], ["id"])
    op.create_table(
        "import_changes",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("urn", sa.Integer(), nullable=False),
        sa.Column("as_at", sa.Date(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("before", postgresql.JSONB(), nullable=True),
        sa.Column("after", postgresql.JSONB(), nullable=True),
        sa.Column("tenancy_orgs", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("tenancy_region", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["import_id"], ["imports.id"], name=op.f("fk_import_changes_import_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("import_id", "id", name=op.f("pk_import_changes")),
    )
    enable_row_security(op, "import_changes")


def downgrade() -> None:
    op.drop_table("import_changes")
    op.drop_column("imports", "resubmits")
