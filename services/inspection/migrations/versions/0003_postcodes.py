"""Schools are found by the district of their postcode."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_schools_postcode", "schools", ["postcode"], postgresql_ops={"postcode": "text_pattern_ops"})


def downgrade() -> None:
    op.drop_index("ix_schools_postcode", "schools")
