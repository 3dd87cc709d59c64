"""What the register says of establishments, the changes of its fields, and who sent what."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

OF_SCHOOLS = (
    ("close_date", sa.Date()),
    ("capacity", sa.Integer()),
    ("urban_rural", sa.Text()),
    ("sponsor", sa.Text()),
    ("federation_uid", sa.Text()),
    ("federation", sa.Text()),
    ("register_source_id", sa.Integer()),
    ("overlaid", postgresql.JSONB()),
)


def upgrade() -> None:
    for name, kind in OF_SCHOOLS:
        op.add_column("schools", sa.Column(name, kind, nullable=True))
    # what is there was read from the newest file: earlier dates are not known
    op.add_column("schools", sa.Column("known_since", sa.Date(), nullable=True))
    op.execute("UPDATE schools h SET known_since = s.as_at FROM sources s WHERE s.id = h.source_id")
    op.alter_column("schools", "known_since", nullable=False, server_default=sa.text("CURRENT_DATE"))
    op.create_check_constraint(op.f("ck_schools_capacity"), "schools", "capacity >= 0")
    op.add_column("sources", sa.Column("sent_by", sa.Text(), nullable=True))
    create_establishments()
    create_school_changes()


def create_establishments() -> None:
    op.create_table(
        "establishments",
        sa.Column("urn", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("laestab", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_folded", sa.Text(), nullable=False),
        sa.Column("phase", sa.Text(), nullable=True),
        sa.Column("region", sa.Text(), nullable=True),
        sa.Column("pupils", sa.Integer(), nullable=True),
        sa.Column("low_age", sa.SmallInteger(), nullable=True),
        sa.Column("high_age", sa.SmallInteger(), nullable=True),
        sa.Column("sixth_form", sa.Boolean(), nullable=True),
        sa.Column("religious_character", sa.Text(), nullable=True),
        sa.Column("open_date", sa.Date(), nullable=True),
        sa.Column("postcode", sa.Text(), nullable=True),
        sa.Column("type_code", sa.Text(), nullable=False),
        sa.Column("la_code", sa.Text(), nullable=True),
        sa.Column("trust_uid", sa.Text(), nullable=True),
        sa.Column("rb_kind", sa.Text(), nullable=False),
        sa.Column("rb_id", sa.Text(), nullable=True),
        sa.Column("rb_reason", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("close_date", sa.Date(), nullable=True),
        sa.Column("ukprn", sa.Text(), nullable=True),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("urban_rural", sa.Text(), nullable=True),
        sa.Column("sponsor", sa.Text(), nullable=True),
        sa.Column("federation_uid", sa.Text(), nullable=True),
        sa.Column("federation", sa.Text(), nullable=True),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lng", sa.Double(), nullable=True),
        sa.Column("known_since", sa.Date(), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("urn BETWEEN 100000 AND 999999", name=op.f("ck_establishments_urn")),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name=op.f("fk_establishments_source_id")),
        sa.PrimaryKeyConstraint("urn", name=op.f("pk_establishments")),
    )


def create_school_changes() -> None:
    op.create_table(
        "school_changes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("urn", sa.Integer(), nullable=False),
        sa.Column("as_at", sa.Date(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("before", postgresql.JSONB(), nullable=True),
        sa.Column("after", postgresql.JSONB(), nullable=True),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("before IS DISTINCT FROM after", name=op.f("ck_school_changes_differs")),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name=op.f("fk_school_changes_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_school_changes")),
        comment="add-only: what the register said before, field by field",
    )
    op.create_index("ix_school_changes_urn_as_at", "school_changes", ["urn", "as_at"])
    op.create_index("ix_school_changes_as_at", "school_changes", ["as_at"])
    op.create_index("ix_school_changes_source_id", "school_changes", ["source_id", "id"])


def downgrade() -> None:
    op.drop_table("school_changes")
    op.drop_table("establishments")
    op.drop_column("sources", "sent_by")
    for name in ("known_since", *(name for name, _ in OF_SCHOOLS)):
        op.drop_column("schools", name)
