"""What leaders say of themselves, who changed what, evidence of strengths, and designations looked at again."""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

LEADERS = """
ALTER TABLE leaders
    ADD COLUMN school_types TEXT[] DEFAULT '{}' NOT NULL,
    ADD COLUMN max_distance_km DOUBLE PRECISION,
    ADD CONSTRAINT ck_leaders_max_distance_positive CHECK (max_distance_km > 0);
"""
CHANGES = """
CREATE TABLE leader_changes (
    id UUID NOT NULL,
    leader_id UUID NOT NULL,
    subject TEXT NOT NULL,
    subject_id UUID NOT NULL,
    action TEXT NOT NULL,
    before JSONB,
    after JSONB,
    by TEXT NOT NULL,
    role TEXT NOT NULL,
    org TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_leader_changes PRIMARY KEY (id),
    CONSTRAINT fk_leader_changes_leader_id FOREIGN KEY(leader_id) REFERENCES leaders (id) ON DELETE CASCADE,
    CONSTRAINT ck_leader_changes_action_known CHECK (action IN ('added', 'changed', 'removed'))
);
CREATE INDEX ix_leader_changes_leader_id ON leader_changes (leader_id, id);
COMMENT ON TABLE leader_changes IS 'add-only';
"""
EVIDENCE = """
CREATE TABLE leader_strength_evidence (
    id UUID NOT NULL,
    leader_id UUID NOT NULL,
    area TEXT NOT NULL,
    what TEXT NOT NULL,
    dated_on DATE NOT NULL,
    source TEXT NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    recorded_by TEXT NOT NULL,
    CONSTRAINT pk_leader_strength_evidence PRIMARY KEY (id),
    CONSTRAINT fk_leader_strength_evidence_leader_id FOREIGN KEY(leader_id) REFERENCES leaders (id) ON DELETE CASCADE
);
CREATE INDEX ix_leader_strength_evidence_leader_id ON leader_strength_evidence (leader_id);
"""
RECHECKS = """
CREATE TABLE designation_rechecks (
    id UUID NOT NULL,
    leader_id UUID NOT NULL,
    leader_reference TEXT NOT NULL,
    urn INTEGER NOT NULL,
    school_name TEXT NOT NULL,
    inspected_on DATE NOT NULL,
    findings JSONB NOT NULL,
    policy_version INTEGER NOT NULL,
    state TEXT DEFAULT 'waiting' NOT NULL,
    raised_at TIMESTAMP WITH TIME ZONE NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE NOT NULL,
    answer JSONB,
    CONSTRAINT pk_designation_rechecks PRIMARY KEY (id),
    CONSTRAINT uq_designation_rechecks_inspection UNIQUE (leader_id, urn, inspected_on),
    CONSTRAINT ck_designation_rechecks_state_known CHECK (state IN ('waiting', 'upheld', 'withdrawn')),
    CONSTRAINT ck_designation_rechecks_answered_once CHECK ((state = 'waiting') = (answer IS NULL)),
    CONSTRAINT fk_designation_rechecks_leader_id FOREIGN KEY(leader_id) REFERENCES leaders (id) ON DELETE CASCADE
);
CREATE INDEX ix_designation_rechecks_waiting ON designation_rechecks (leader_id) WHERE state = 'waiting';
"""
TABLES = ("leader_changes", "leader_strength_evidence", "designation_rechecks")
BASE = "CREATE INDEX ix_leaders_base_urn ON leaders (base_urn) WHERE base_urn IS NOT NULL"


def upgrade() -> None:
    """Add the columns and tables."""
    op.execute("SET LOCAL lock_timeout = '3s'")
    for statements in (LEADERS, CHANGES, EVIDENCE, RECHECKS, BASE):
        op.execute(statements)
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY tenancy ON {table} USING (EXISTS (SELECT FROM leaders WHERE leaders.id = leader_id))"
        )


def downgrade() -> None:
    """Drop them."""
    op.execute(f"DROP TABLE {', '.join(TABLES)}")
    op.execute("DROP INDEX ix_leaders_base_urn")
    op.execute("ALTER TABLE leaders DROP COLUMN school_types, DROP COLUMN max_distance_km")
