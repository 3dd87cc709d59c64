"""The way from a proposal to a decision: notices, representations, reviews, publication; what people watch."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.auth.tenancy import enable_row_security
from triage.procedure.loading import load_procedure

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

CONFIDENTIAL = ("notices", "representations", "school_notes")
DECISION_COLUMNS = {
    "reason_code": sa.Text(),
    "notice_id": sa.Uuid(),
    "urgent_ground": sa.Text(),
    "review_by": sa.Date(),
    "reviewed_at": sa.DateTime(timezone=True),
    "review_outcome": sa.Text(),
    "review_reason": sa.Text(),
    "reviewed_by": sa.Text(),
    "publish_by": sa.Date(),
    "procedure_version": sa.Integer(),
}
LAPSE_SQL = """
CREATE FUNCTION lapse_notices() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE notices SET lapsed_at = now()
    FROM changed
    WHERE notices.assessment_id = changed.id AND changed.superseded_at IS NOT NULL AND notices.lapsed_at IS NULL;
    RETURN NULL;
END
$$
"""
LAPSE_TRIGGER_SQL = """
CREATE TRIGGER lapse_notices AFTER UPDATE ON assessments REFERENCING NEW TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION lapse_notices()
"""
CASELOAD_INDEX = "ix_assessments_caseload"


def text_column(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def moment(name: str, *, default: bool = False) -> sa.Column[object]:
    return sa.Column(
        name, sa.DateTime(timezone=True), server_default=sa.text("now()") if default else None, nullable=not default
    )


def tenancy() -> tuple[sa.Column[object], sa.Column[str]]:
    orgs = postgresql.ARRAY(sa.Text())
    return sa.Column("tenancy_orgs", orgs, nullable=False), text_column("tenancy_region", nullable=True)


def json_column(name: str) -> sa.Column[object]:
    return sa.Column(name, postgresql.JSONB(astext_type=sa.Text()), nullable=False)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    create_procedure_versions()
    create_notices()
    create_representations()
    for name, kind in DECISION_COLUMNS.items():
        op.add_column("decisions", sa.Column(name, kind, nullable=True))
    op.create_foreign_key(op.f("fk_decisions_notice_id"), "decisions", "notices", ["notice_id"], ["id"])
    urgent = "urgent_ground IS NULL OR (reason IS NOT NULL AND review_by IS NOT NULL)"
    op.create_check_constraint(op.f("ck_decisions_urgent"), "decisions", urgent)
    op.create_index("ix_decisions_notice_id", "decisions", ["notice_id"], unique=False)
    create_publications()
    create_watching()
    current = sa.text("series = 'current' AND superseded_at IS NULL")
    op.create_index(CASELOAD_INDEX, "assessments", ["scheme", "created_at", "urn"], postgresql_where=current)
    for table in CONFIDENTIAL:
        enable_row_security(op, table)
    op.execute(LAPSE_SQL)
    op.execute(LAPSE_TRIGGER_SQL)
    load_procedure(op.get_bind())


def downgrade() -> None:
    op.execute("DROP TRIGGER lapse_notices ON assessments")
    op.execute("DROP FUNCTION lapse_notices()")
    op.drop_index(CASELOAD_INDEX, "assessments")
    for table in ("reminders", "school_notes", "watch_lists", "decision_publications"):
        op.drop_table(table)
    for name in DECISION_COLUMNS:
        op.drop_column("decisions", name)
    for table in ("representations", "notices", "procedure_versions"):
        op.drop_table(table)


def create_procedure_versions() -> None:
    op.create_table(
        "procedure_versions",
        text_column("kind"),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("in_force_from", sa.Date(), nullable=False),
        sa.Column("in_force_to", sa.Date(), nullable=True),
        json_column("document"),
        text_column("content_hash"),
        moment("loaded_at", default=True),
        sa.PrimaryKeyConstraint("kind", "version", name=op.f("pk_procedure_versions")),
        comment="add-only: a version never changes",
    )


def create_notices() -> None:
    op.create_table(
        "notices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("urn", sa.BigInteger(), nullable=False),
        text_column("scheme"),
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        text_column("kind"),
        text_column("tier"),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        text_column("grounds", nullable=True),
        json_column("reasons"),
        sa.Column("action_areas", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("procedure_version", sa.Integer(), nullable=False),
        text_column("notice_order"),
        json_column("recipients"),
        text_column("body_org", nullable=True),
        text_column("la_code", nullable=True),
        sa.Column("school_days", sa.Integer(), nullable=False),
        sa.Column("served_on", sa.Date(), nullable=True),
        sa.Column("representations_until", sa.Date(), nullable=True),
        sa.Column("decide_by", sa.Date(), nullable=True),
        sa.Column("not_counted", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("calendar_complete", sa.Boolean(), nullable=True),
        text_column("issued_by"),
        text_column("issued_by_role"),
        moment("replaced_at"),
        moment("lapsed_at"),
        *tenancy(),
        moment("created_at", default=True),
        sa.CheckConstraint(
            "(served_on IS NULL) = (representations_until IS NULL)", name=op.f("ck_notices_open_once_served")
        ),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessments.id"], name=op.f("fk_notices_assessment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
    )
    live = sa.text("replaced_at IS NULL")
    op.create_index(
        "uq_notices_one_live_per_assessment", "notices", ["assessment_id"], unique=True, postgresql_where=live
    )
    op.create_index("ix_notices_urn_id", "notices", ["urn", "id"], unique=False)
    op.create_index("ix_notices_due", "notices", ["representations_until"], unique=False, postgresql_where=live)


def create_representations() -> None:
    op.create_table(
        "representations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("urn", sa.BigInteger(), nullable=False),
        text_column("party"),
        text_column("org"),
        text_column("position"),
        text_column("text", nullable=True),
        text_column("made_by"),
        *tenancy(),
        moment("created_at", default=True),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name=op.f("fk_representations_notice_id")),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessments.id"], name=op.f("fk_representations_assessment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_representations")),
    )
    op.create_index("ix_representations_notice_id", "representations", ["notice_id", "id"], unique=False)
    op.create_index("ix_representations_assessment_id", "representations", ["assessment_id", "id"], unique=False)


def create_publications() -> None:
    op.create_table(
        "decision_publications",
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("urn", sa.BigInteger(), nullable=False),
        text_column("scheme"),
        text_column("tier"),
        json_column("document"),
        json_column("redactions"),
        sa.Column("procedure_version", sa.Integer(), nullable=False),
        text_column("published_by"),
        moment("superseded_at"),
        moment("published_at", default=True),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"], name=op.f("fk_decision_publications_decision_id")),
        sa.PrimaryKeyConstraint("decision_id", name=op.f("pk_decision_publications")),
    )
    op.create_index(
        "uq_decision_publications_one_current_per_school",
        "decision_publications",
        ["urn", "scheme"],
        unique=True,
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_index(
        "ix_decision_publications_published_at", "decision_publications", ["published_at", "decision_id"], unique=False
    )


def create_watching() -> None:
    op.create_table(
        "watch_lists",
        text_column("owner"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("urns", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        moment("updated_at", default=True),
        sa.PrimaryKeyConstraint("owner", name=op.f("pk_watch_lists")),
    )
    op.create_table(
        "school_notes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("urn", sa.BigInteger(), nullable=False),
        text_column("author"),
        text_column("author_role"),
        sa.Column("private", sa.Boolean(), nullable=False),
        text_column("text"),
        *tenancy(),
        moment("created_at", default=True),
        sa.ForeignKeyConstraint(["urn"], ["school_facts.urn"], name=op.f("fk_school_notes_urn")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_school_notes")),
    )
    op.create_index("ix_school_notes_urn_id", "school_notes", ["urn", "id"], unique=False)
    op.create_table(
        "reminders",
        sa.Column("id", sa.Uuid(), nullable=False),
        text_column("owner"),
        sa.Column("urn", sa.BigInteger(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        text_column("text"),
        moment("raised_at"),
        moment("created_at", default=True),
        sa.ForeignKeyConstraint(["urn"], ["school_facts.urn"], name=op.f("fk_reminders_urn")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminders")),
    )
    op.create_index("ix_reminders_owner_id", "reminders", ["owner", "id"], unique=False)
    op.create_index(
        "ix_reminders_due", "reminders", ["due_on"], unique=False, postgresql_where=sa.text("raised_at IS NULL")
    )
