"""What schools and their responsible bodies say that they need."""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TABLE = """
CREATE TABLE need_statements (
    id UUID NOT NULL,
    urn INTEGER NOT NULL,
    org TEXT NOT NULL,
    support_wished BOOLEAN NOT NULL,
    days NUMERIC(4, 1),
    areas TEXT[] DEFAULT '{}' NOT NULL,
    form TEXT,
    starts_on DATE,
    ends_on DATE,
    text TEXT,
    supersedes UUID,
    stated_by TEXT NOT NULL,
    role TEXT NOT NULL,
    stated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_need_statements PRIMARY KEY (id),
    CONSTRAINT uq_need_statements_supersedes UNIQUE (supersedes),
    CONSTRAINT ck_need_statements_half_days CHECK (days >= 0.5 AND days * 2 = trunc(days * 2)),
    CONSTRAINT ck_need_statements_form_known CHECK (form IN ('on_site', 'remote')),
    CONSTRAINT ck_need_statements_dates_in_order CHECK (starts_on <= ends_on),
    CONSTRAINT ck_need_statements_nothing_asked_where_not_wished CHECK (
        support_wished OR (days IS NULL AND areas = '{}' AND form IS NULL AND starts_on IS NULL AND ends_on IS NULL)
    ),
    CONSTRAINT fk_need_statements_urn FOREIGN KEY(urn) REFERENCES schools (urn),
    CONSTRAINT fk_need_statements_supersedes FOREIGN KEY(supersedes) REFERENCES need_statements (id)
);
CREATE UNIQUE INDEX uq_need_statements_first ON need_statements (urn, org) WHERE supersedes IS NULL;
CREATE INDEX ix_need_statements_urn ON need_statements (urn);
COMMENT ON TABLE need_statements IS 'add-only';
"""
SIGHT = """
CREATE POLICY tenancy ON need_statements USING (EXISTS (
    SELECT FROM schools AS school WHERE school.urn = need_statements.urn AND tenancy_visible(
        ARRAY[
            'school:' || school.urn,
            CASE school.responsible_body_kind WHEN 'trust' THEN 'trust:' WHEN 'local_authority' THEN 'la:' END
                || school.responsible_body_id
        ],
        school.region
    )
))
"""


def upgrade() -> None:
    """Make the table; a row is seen by whom the school concerns today, as its rows cannot be changed."""
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.execute(TABLE)
    op.execute("ALTER TABLE need_statements ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE need_statements FORCE ROW LEVEL SECURITY")
    op.execute(SIGHT)


def downgrade() -> None:
    """Drop the table."""
    op.execute("DROP TABLE need_statements")
