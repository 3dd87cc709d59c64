"""Versions keep their numbers: one that an older file brings late is numbered after those that were there."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

KEEP_VERSION = """
CREATE OR REPLACE FUNCTION keep_published_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF {follows} OR NOT EXISTS (
        SELECT FROM inspection_versions v WHERE v.inspection_id = OLD.id AND v.version = OLD.version) THEN
        RAISE integrity_constraint_violation USING
            MESSAGE = format('inspection %s: version %s is published and never changes', OLD.id, OLD.version),
            CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME, SCHEMA = TG_TABLE_SCHEMA;
    END IF;
    RETURN NEW;
END $$
"""


def upgrade() -> None:
    op.execute(KEEP_VERSION.format(follows="NEW.version <= OLD.version"))


def downgrade() -> None:
    op.execute(KEEP_VERSION.format(follows="NEW.version <> OLD.version + 1"))
