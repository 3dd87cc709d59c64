"""Withdrawals of versions that were brought into force for a day still to come."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "policy_withdrawals",
        sa.Column("scheme", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("replaced_by", sa.Integer(), nullable=True),
        sa.Column("withdrawn_by", sa.Text(), nullable=False),
        sa.Column("withdrawn_role", sa.Text(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        *[_version(name) for name in ("version", "replaced_by")],
        sa.PrimaryKeyConstraint("scheme", "version", name=op.f("pk_policy_withdrawals")),
        comment="add-only: an active version is withdrawn once",
    )


def _version(name: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["scheme", name],
        ["policy_versions.scheme", "policy_versions.version"],
        name=op.f(f"fk_policy_withdrawals_scheme_{name}"),
    )


def downgrade() -> None:
    op.drop_table("policy_withdrawals")
