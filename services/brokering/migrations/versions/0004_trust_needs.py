"""Needs of trusts that were entered by hand waited for a decision on a tier, which a trust has not: they are free."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

FREE = """
WITH freed AS (
    UPDATE needs SET state = 'decided', tenancy_orgs = party_orgs, updated_at = now()
    WHERE subject_kind = 'trust' AND state = 'provisional'
    RETURNING id, subject_id, days
)
INSERT INTO outbox (type, subject, data)
SELECT 'brokering.need.changed', id::text, jsonb_build_object(
    'id', id, 'state', 'decided', 'subject', jsonb_build_object('kind', 'trust', 'id', subject_id), 'days', days
)
FROM freed
"""


def upgrade() -> None:
    """Let offers be made on them."""
    op.execute("SET LOCAL app.visibility = 'all'")
    op.execute(FREE)


def downgrade() -> None:
    """Nothing to take back: both releases know these needs."""
