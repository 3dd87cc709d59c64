"""What the caseload and the statistics are read by at the size of England; term dates of local authorities."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

MEALS = "(profile -> 'fsm_ever6')"
COUNT = "CASE WHEN jsonb_typeof({0}) = 'number' THEN CAST({0} AS bigint) END"
TAKEN_OUT = {
    "phase": (sa.Text(), "profile ->> 'phase'"),
    "idaci_quintile": (sa.Text(), "profile ->> 'idaci_quintile'"),
    "pupils": (sa.BigInteger(), COUNT.format("(profile -> 'pupils')")),
    "fsm_status": (sa.Text(), f"{MEALS} ->> 'status'"),
    "fsm_estimate": (sa.BigInteger(), COUNT.format(f"({MEALS} -> 'estimate')")),
    "fsm_census": (sa.Text(), f"{MEALS} ->> 'census'"),
    "fsm_as_at": (sa.Text(), f"{MEALS} ->> 'as_at'"),
    "la_name": (sa.Text(), "profile -> 'local_authority' ->> 'name'"),
    "trust_name": (sa.Text(), "profile -> 'trust' ->> 'name'"),
}
COUNTED = ["region", "la_code", "trust_uid", *TAKEN_OUT, "source_as_at"]
LIVE = sa.text("series = 'current' AND superseded_at IS NULL")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    columns = ", ".join(
        f"ADD COLUMN {name} {kind} GENERATED ALWAYS AS ({sql}) STORED" for name, (kind, sql) in TAKEN_OUT.items()
    )
    op.execute(f"ALTER TABLE school_facts {columns}")  # one statement: the table is written anew once
    op.create_index("ix_school_facts_counted", "school_facts", ["urn"], postgresql_include=COUNTED)
    op.drop_index("ix_assessments_caseload", "assessments")
    standing = ["scheme", "result", "created_at", "urn"]
    op.create_index("ix_assessments_standing", "assessments", standing, postgresql_where=LIVE)
    op.create_index(
        "ix_assessments_counted",
        "assessments",
        ["scheme", "urn"],
        postgresql_include=["result", "created_at", "superseded_at", "tenancy_orgs", "tenancy_region"],
        postgresql_where=sa.text("series = 'current'"),
    )
    op.create_table(
        "term_dates",
        sa.Column("la_code", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("terms", postgresql.JSONB(), nullable=False),
        sa.Column("source_name", sa.Text(), nullable=False),
        sa.Column("source_url", sa.Text(), nullable=True),
        sa.Column("source_as_at", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_role", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("version > 0", name=op.f("ck_term_dates_version_positive")),
        sa.PrimaryKeyConstraint("la_code", "version", name=op.f("pk_term_dates")),
        comment="add-only: a version never changes",
    )


def downgrade() -> None:
    op.drop_table("term_dates")
    op.drop_index("ix_assessments_counted", "assessments")
    op.drop_index("ix_assessments_standing", "assessments")
    op.create_index("ix_assessments_caseload", "assessments", ["scheme", "created_at", "urn"], postgresql_where=LIVE)
    op.drop_index("ix_school_facts_counted", "school_facts")
    for name in TAKEN_OUT:
        op.drop_column("school_facts", name)
