"""Versions of a scheme that are drafted here, and the one step each takes: brought into force, or withdrawn."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

DRAFTED = ("drafted_by", "drafted_role")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for name in DRAFTED:
        op.add_column("policy_versions", sa.Column(name, sa.Text(), nullable=True))
    op.create_check_constraint(
        op.f("ck_policy_versions_drafted_by_somebody"), "policy_versions", "num_nulls(drafted_by, drafted_role) <> 1"
    )
    op.create_table(
        "policy_steps",
        sa.Column("scheme", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("taken_by", sa.Text(), nullable=False),
        sa.Column("taken_role", sa.Text(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("step IN ('activated', 'withdrawn')", name=op.f("ck_policy_steps_step")),
        sa.ForeignKeyConstraint(
            ["scheme", "version"],
            ["policy_versions.scheme", "policy_versions.version"],
            name=op.f("fk_policy_steps_scheme_version"),
        ),
        sa.PrimaryKeyConstraint("scheme", "version", name=op.f("pk_policy_steps")),
        comment="add-only: a version takes one step, and never another",
    )


def downgrade() -> None:
    op.drop_table("policy_steps")
    op.drop_constraint(op.f("ck_policy_versions_drafted_by_somebody"), "policy_versions")
    for name in DRAFTED:
        op.drop_column("policy_versions", name)
