"""What official files said of a school, and of the others of its line, beside a version when it was made."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

# only where nothing forks: each school of the line was followed by the next one alone, and followed that one alone
LINE_OF = """
CREATE FUNCTION line_of(start integer) RETURNS SETOF integer LANGUAGE sql STABLE AS $$
    WITH RECURSIVE line (urn) AS (
        SELECT start
        UNION
        SELECT CASE WHEN k.predecessor_urn = line.urn THEN k.successor_urn ELSE k.predecessor_urn END
        FROM line JOIN school_links k ON k.predecessor_urn = line.urn OR k.successor_urn = line.urn
        WHERE NOT k.cut AND NOT EXISTS (
            SELECT FROM school_links o
            WHERE NOT o.cut AND (o.predecessor_urn = k.predecessor_urn AND o.successor_urn <> k.successor_urn
                OR o.successor_urn = k.successor_urn AND o.predecessor_urn <> k.predecessor_urn)))
    SELECT urn FROM line
$$
"""


def upgrade() -> None:
    op.add_column("progress_versions", sa.Column("beside", postgresql.JSONB(), nullable=True))
    op.execute(LINE_OF)


def downgrade() -> None:
    op.execute("DROP FUNCTION line_of(integer)")
    op.drop_column("progress_versions", "beside")
