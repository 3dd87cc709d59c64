"""What a graded inspection itself judged where a monitoring one judged again, and what is to be seen on a later day."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("inspections", sa.Column("own_judgements", postgresql.JSONB(), nullable=True))
    op.create_table(
        "awaited_publications",
        sa.Column("inspection_id", sa.Uuid(), nullable=False),
        sa.Column("urn", sa.Integer(), nullable=True),
        sa.Column("trust_uid", sa.Text(), nullable=True),
        sa.Column("seen_from", sa.Date(), nullable=False),
        sa.CheckConstraint("(urn IS NULL) <> (trust_uid IS NULL)", name=op.f("ck_awaited_publications_one_subject")),
        sa.PrimaryKeyConstraint("inspection_id", name=op.f("pk_awaited_publications")),
    )
    op.create_index("ix_awaited_publications_seen_from", "awaited_publications", ["seen_from"], unique=False)
    op.execute(
        "INSERT INTO awaited_publications (inspection_id, urn, seen_from)"
        " SELECT id, urn, coalesce(published_on, starts_on) FROM inspections"
        " WHERE coalesce(published_on, starts_on) > current_date"
    )
    op.execute(
        "INSERT INTO awaited_publications (inspection_id, trust_uid, seen_from)"
        " SELECT id, trust_uid, published_on FROM trust_inspections WHERE version = 1 AND published_on > current_date"
    )


def downgrade() -> None:
    op.drop_table("awaited_publications")
    op.drop_column("inspections", "own_judgements")
