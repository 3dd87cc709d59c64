"""Drafts, the audit of inspections, and published versions that the database keeps from changing."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

JUDGED = (
    "overall",
    "overall_reason",
    "category_of_concern",
    "safeguarding",
    "safeguarding_reason",
    "grades::text",
    "outcome_code",
    "narratives::text",
    "summary",
    "evidence_references",
)
KEEP_VERSION = """
CREATE FUNCTION keep_published_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.version <> OLD.version + 1 OR NOT EXISTS (
        SELECT FROM inspection_versions v WHERE v.inspection_id = OLD.id AND v.version = OLD.version) THEN
        RAISE integrity_constraint_violation USING
            MESSAGE = format('inspection %s: version %s is published and never changes', OLD.id, OLD.version),
            CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME, SCHEMA = TG_TABLE_SCHEMA;
    END IF;
    RETURN NEW;
END $$
"""


def upgrade() -> None:
    op.drop_constraint(op.f("ck_inspections_state"), "inspections")
    op.create_check_constraint(op.f("ck_inspections_state"), "inspections", "state = 'published'")
    op.add_column("inspections", sa.Column("narratives", postgresql.JSON(), nullable=True))
    op.add_column("inspections", sa.Column("summary", sa.Text(), nullable=True))
    op.add_column("inspections", sa.Column("evidence_references", postgresql.JSONB(), nullable=True))
    op.add_column("inspections", sa.Column("recorded_by", sa.Text(), nullable=True))
    op.add_column("inspections", sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=True))
    create_drafts()
    create_audit()
    keep_versions()


def downgrade() -> None:
    op.execute("DROP TRIGGER inspection_versions_kept ON inspection_versions")
    op.execute("DROP TRIGGER inspection_versions_unchanged ON inspection_versions")
    op.execute("DROP TRIGGER inspections_kept ON inspections")
    op.execute("DROP TRIGGER published_version_unchanged ON inspections")
    op.execute("DROP FUNCTION keep_published_version()")
    op.drop_table("inspection_audit")
    op.drop_table("inspection_drafts")
    for column in ("recorded_at", "recorded_by", "evidence_references", "summary", "narratives"):
        op.drop_column("inspections", column)
    op.drop_constraint(op.f("ck_inspections_state"), "inspections")
    op.create_check_constraint(op.f("ck_inspections_state"), "inspections", "state IN ('draft', 'published')")


def create_drafts() -> None:
    op.create_table(
        "inspection_drafts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("urn", sa.Integer(), nullable=True),
        sa.Column("trust_uid", sa.Text(), nullable=True),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), server_default=sa.text("'draft'"), nullable=False),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("tenancy_orgs", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("tenancy_region", sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('draft', 'quality_assured')", name=op.f("ck_inspection_drafts_state")),
        sa.CheckConstraint("(urn IS NULL) <> (trust_uid IS NULL)", name=op.f("ck_inspection_drafts_one_subject")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_drafts")),
    )
    for subject in ("urn", "trust_uid"):
        op.create_index(
            f"uq_inspection_drafts_{subject}_number",
            "inspection_drafts",
            [subject, "number"],
            unique=True,
            postgresql_where=sa.text(f"{subject} IS NOT NULL"),
        )
    restrict("inspection_drafts", "current_setting('app.organisation', true) = ANY (tenancy_orgs)")


def create_audit() -> None:
    op.create_table(
        "inspection_audit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("inspection_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("changes", postgresql.JSONB(), nullable=False),
        sa.Column("tenancy_orgs", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column("tenancy_region", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_audit")),
        comment="add-only: what was done stays",
    )
    op.create_index("ix_inspection_audit_inspection_id", "inspection_audit", ["inspection_id", "id"], unique=False)
    restrict(
        "inspection_audit",
        "tenancy_orgs IS NULL OR current_setting('app.organisation', true) = ANY (tenancy_orgs)",
    )


def restrict(table: str, condition: str) -> None:
    """Show rows to the organisations they name, not to a department that sees everything else."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY organisation ON {table} USING ({condition})")


def keep_versions() -> None:
    op.execute(KEEP_VERSION)
    before = ", ".join(f"OLD.{column}" for column in JUDGED)
    after = ", ".join(f"NEW.{column}" for column in JUDGED)
    op.execute(
        "CREATE TRIGGER published_version_unchanged BEFORE UPDATE ON inspections FOR EACH ROW"
        f" WHEN (({before}) IS DISTINCT FROM ({after}))"
        " EXECUTE FUNCTION keep_published_version()"
    )
    refuse("inspections_kept", "DELETE OR TRUNCATE", "inspections")
    refuse("inspection_versions_kept", "DELETE OR TRUNCATE", "inspection_versions")
    refuse("inspection_versions_unchanged", "UPDATE OF content, reason, source_id, replaced_at", "inspection_versions")


def refuse(name: str, change: str, table: str) -> None:
    op.execute(f"CREATE TRIGGER {name} BEFORE {change} ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()")
