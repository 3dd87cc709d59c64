"""A movement of days locks in one call; changes of a delivery partner are kept.

`hold_days` locks an episode and the accounts of its leaders, in the fixed order, and lets the rest of the transaction
see all rows. Whoever calls it has found the episode in the client's sight.
"""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

HOLD_DAYS = """
CREATE FUNCTION hold_days(held uuid) RETURNS SETOF episodes LANGUAGE plpgsql VOLATILE ROWS 1 AS $$
BEGIN
    PERFORM set_config('app.visibility', 'all', true), set_config('app.orgs', '', true),
        set_config('app.regions', '', true);
    PERFORM FROM leader_accounts WHERE leader_id IN (SELECT leader_id FROM deployments WHERE episode_id = held)
        ORDER BY leader_id FOR NO KEY UPDATE;
    RETURN QUERY SELECT * FROM episodes WHERE id = held FOR NO KEY UPDATE;
END $$;
"""


def upgrade() -> None:
    """Make the function, and the column that keeps a partner's changes."""
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.execute(HOLD_DAYS)
    op.execute("ALTER TABLE delivery_partners ADD COLUMN history JSONB DEFAULT '[]' NOT NULL")


def downgrade() -> None:
    """Drop both."""
    op.execute("ALTER TABLE delivery_partners DROP COLUMN history")
    op.execute("DROP FUNCTION hold_days(uuid)")
