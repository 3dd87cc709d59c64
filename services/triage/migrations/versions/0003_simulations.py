"""What-if: what was asked, what it came to by group, and every school that moves."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "simulations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scheme", sa.Text(), nullable=False),
        sa.Column("baseline_version", sa.Integer(), nullable=False),
        sa.Column("policy_version", sa.Integer(), nullable=False),
        sa.Column("parameters", postgresql.JSONB(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("regions", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("org", sa.Text(), nullable=False),
        sa.Column("counts", postgresql.JSONB(), nullable=True),
        sa.Column("evidence_hash", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_simulations")),
    )
    op.create_table(
        "simulation_moves",
        sa.Column("simulation_id", sa.Uuid(), nullable=False),
        sa.Column("urn", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=True)
            for name in ("region", "phase", "la_code", "trust_uid", "deprivation")
        ),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("flags_before", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("flags_after", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("moved_by", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(
            ["simulation_id"], ["simulations.id"], name=op.f("fk_simulation_moves_simulation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("simulation_id", "urn", name=op.f("pk_simulation_moves")),
    )
    op.create_index("ix_simulation_moves_simulation_id_region", "simulation_moves", ["simulation_id", "region"])
    op.create_table(
        "simulation_groups",
        sa.Column("simulation_id", sa.Uuid(), nullable=False),
        sa.Column("dimension", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("counts", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(
            ["simulation_id"], ["simulations.id"], name=op.f("fk_simulation_groups_simulation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("simulation_id", "dimension", "key", name=op.f("pk_simulation_groups")),
    )


def downgrade() -> None:
    for table in ("simulation_groups", "simulation_moves", "simulations"):
        op.drop_table(table)
