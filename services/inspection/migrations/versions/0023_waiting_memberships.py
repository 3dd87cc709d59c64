"""Stays of schools that no file has named yet, as the newest history of memberships tells them."""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

TABLE = """
CREATE TABLE waiting_memberships (
    urn integer NOT NULL,
    source_id integer NOT NULL,
    stays jsonb NOT NULL,
    CONSTRAINT pk_waiting_memberships PRIMARY KEY (urn),
    CONSTRAINT fk_waiting_memberships_source_id_sources FOREIGN KEY (source_id) REFERENCES sources (id)
)"""


def upgrade() -> None:
    op.execute(TABLE)


def downgrade() -> None:
    op.execute("DROP TABLE waiting_memberships")
