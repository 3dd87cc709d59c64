"""A table with tenancy, one with a deferred constraint, one that is only added to."""

from alembic import op

from shared.auth.tenancy import enable_row_security
from shared.db.platform import install_platform_v1

revision = "0001"
down_revision = None


def upgrade() -> None:
    install_platform_v1(op)
    op.execute(
        "CREATE TABLE notes (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text NOT NULL,"
        " tenancy_orgs text[] NOT NULL DEFAULT '{}', tenancy_region text,"
        " CONSTRAINT uq_notes_body UNIQUE (body) DEFERRABLE INITIALLY DEFERRED)"
    )
    enable_row_security(op, "notes")
    op.execute("CREATE TABLE journal (line text NOT NULL)")
    op.execute("COMMENT ON TABLE journal IS 'add-only: what was written stays'")
