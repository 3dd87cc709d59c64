"""Pupil progress as schools and trusts supply it, what of it is released, and who may write it for a trust."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.auth.tenancy import enable_row_security

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

CONFIDENTIAL = ("progress_versions", "data_delegations", "progress_batches")
PERIOD = "period ~ '^[0-9]{4}-[0-9]{2}-[a-z]+$'"

# both must see past the claims of whoever asks: the first before these can be told to the database
DELEGATING_TRUSTS = """
CREATE FUNCTION delegating_trusts(client text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    visibility text := current_setting('app.visibility', true);
BEGIN
    PERFORM set_config('app.visibility', 'all', true);
    RETURN QUERY SELECT trust_uid FROM data_delegations WHERE client_id = client AND revoked_at IS NULL;
    PERFORM set_config('app.visibility', coalesce(visibility, ''), true);
END $$
"""
PROGRESS_TENANCY = """
CREATE FUNCTION progress_tenancy() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    visibility text := current_setting('app.visibility', true);
BEGIN
    PERFORM set_config('app.visibility', 'all', true);
    UPDATE progress_versions p
    SET tenancy_orgs = school_orgs(changed.urn, changed.rb_kind, changed.rb_id), tenancy_region = changed.region
    FROM changed
    WHERE p.urn = changed.urn AND (p.tenancy_orgs, p.tenancy_region)
        IS DISTINCT FROM (school_orgs(changed.urn, changed.rb_kind, changed.rb_id), changed.region);
    PERFORM set_config('app.visibility', coalesce(visibility, ''), true);
    RETURN NULL;
END $$
"""
SCHOOL_ORGS = """
CREATE FUNCTION school_orgs(urn integer, rb_kind text, rb_id text) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
    SELECT array_remove(ARRAY[
        'school:' || urn,
        CASE rb_kind WHEN 'trust' THEN 'trust:' || rb_id WHEN 'local_authority' THEN 'la:' || rb_id END], NULL)
$$
"""


def tenancy() -> list[sa.Column[object]]:
    return [
        sa.Column("tenancy_orgs", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("tenancy_region", sa.Text(), nullable=True),
    ]


def now(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)


def upgrade() -> None:
    create_versions()
    create_releases()
    create_delegations()
    create_batches()
    for table in CONFIDENTIAL:
        enable_row_security(op, table)
    op.execute(SCHOOL_ORGS)
    op.execute(DELEGATING_TRUSTS)
    op.execute(PROGRESS_TENANCY)
    op.execute(
        "CREATE TRIGGER progress_tenancy AFTER UPDATE ON schools REFERENCING NEW TABLE AS changed"
        " FOR EACH STATEMENT EXECUTE FUNCTION progress_tenancy()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER progress_tenancy ON schools")
    for table in ("progress_batches", "data_delegations", "progress_releases", "progress_versions"):
        op.drop_table(table)
    op.execute("DROP FUNCTION progress_tenancy(), delegating_trusts(text), school_orgs(integer, text, text)")


def create_versions() -> None:
    op.create_table(
        "progress_versions",
        sa.Column("urn", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("measures", postgresql.JSONB(), nullable=False),
        sa.Column("submitted_by", sa.Text(), nullable=False),
        now("submitted_at"),
        *tenancy(),
        sa.CheckConstraint("version >= 1", name=op.f("ck_progress_versions_version")),
        sa.CheckConstraint(PERIOD, name=op.f("ck_progress_versions_period")),
        sa.ForeignKeyConstraint(["urn"], ["schools.urn"], name=op.f("fk_progress_versions_urn")),
        sa.PrimaryKeyConstraint("urn", "period", "version", name=op.f("pk_progress_versions")),
    )


def create_releases() -> None:
    op.create_table(
        "progress_releases",
        sa.Column("urn", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("measures", postgresql.JSONB(), nullable=False),
        sa.Column("released_on", sa.Date(), nullable=False),
        now("released_at"),
        sa.CheckConstraint(PERIOD, name=op.f("ck_progress_releases_period")),
        sa.ForeignKeyConstraint(["urn"], ["schools.urn"], name=op.f("fk_progress_releases_urn")),
        sa.PrimaryKeyConstraint("urn", "period", "version", name=op.f("pk_progress_releases")),
    )


def create_delegations() -> None:
    op.create_table(
        "data_delegations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("trust_uid", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("granted_by", sa.Text(), nullable=False),
        now("granted_at"),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        *tenancy(),
        sa.CheckConstraint("client_id <> ''", name=op.f("ck_data_delegations_client_id")),
        sa.ForeignKeyConstraint(["trust_uid"], ["school_groups.uid"], name=op.f("fk_data_delegations_trust_uid")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_delegations")),
    )
    active = sa.text("revoked_at IS NULL")
    op.create_index(
        "uq_data_delegations_active",
        "data_delegations",
        ["trust_uid", "client_id"],
        unique=True,
        postgresql_where=active,
    )
    op.create_index(
        "ix_data_delegations_client_id", "data_delegations", ["client_id"], unique=False, postgresql_where=active
    )


def create_batches() -> None:
    op.create_table(
        "progress_batches",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("submitted_by", sa.Text(), nullable=False),
        sa.Column("counts", postgresql.JSONB(), nullable=False),
        sa.Column("rows", postgresql.JSONB(), nullable=False),
        now("created_at"),
        *tenancy(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_progress_batches")),
    )
