"""Questions to responsible bodies about conflicts of interest."""

from __future__ import annotations

from alembic import op

from shared.auth.tenancy import enable_row_security

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TABLE = """
CREATE TABLE conflict_checks (
    id UUID NOT NULL,
    proposal_id UUID NOT NULL,
    need_id UUID NOT NULL,
    leader_id UUID NOT NULL,
    leader_reference TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    subject_name TEXT,
    conflicts JSONB NOT NULL,
    state TEXT DEFAULT 'waiting' NOT NULL,
    asked_by TEXT NOT NULL,
    asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
    due_on DATE NOT NULL,
    answer JSONB,
    tenancy_orgs TEXT[] DEFAULT '{}' NOT NULL,
    tenancy_region TEXT,
    CONSTRAINT pk_conflict_checks PRIMARY KEY (id),
    CONSTRAINT uq_conflict_checks_proposal_id UNIQUE (proposal_id),
    CONSTRAINT ck_conflict_checks_state_known CHECK (state IN ('waiting', 'no_objection', 'objected')),
    CONSTRAINT ck_conflict_checks_answered_once CHECK ((state = 'waiting') = (answer IS NULL)),
    CONSTRAINT ck_conflict_checks_objection_has_reason
        CHECK (state <> 'objected' OR coalesce(answer ->> 'reason', '') <> ''),
    CONSTRAINT fk_conflict_checks_proposal_id FOREIGN KEY(proposal_id) REFERENCES proposals (id),
    CONSTRAINT fk_conflict_checks_need_id FOREIGN KEY(need_id) REFERENCES needs (id),
    CONSTRAINT fk_conflict_checks_leader_id FOREIGN KEY(leader_id) REFERENCES leaders (id)
);
CREATE INDEX ix_conflict_checks_pair ON conflict_checks (need_id, leader_id);
CREATE INDEX ix_conflict_checks_due ON conflict_checks (due_on) WHERE state = 'waiting';
CREATE INDEX ix_conflict_checks_tenancy_orgs ON conflict_checks USING gin (tenancy_orgs);
"""


def upgrade() -> None:
    """Make the table and lock its rows."""
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.execute(TABLE)
    enable_row_security(op, "conflict_checks")


def downgrade() -> None:
    """Drop the table."""
    op.execute("DROP TABLE conflict_checks")
