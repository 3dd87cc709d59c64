"""What each file showed of who is in which trust: kept, so that stays follow from files whatever their order."""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

TABLE = """
CREATE TABLE sightings (
    source_id integer NOT NULL,
    urns integer[] NOT NULL,
    trust_uids text[] NOT NULL,
    CONSTRAINT pk_sightings PRIMARY KEY (source_id),
    CONSTRAINT fk_sightings_source_id_sources FOREIGN KEY (source_id) REFERENCES sources (id),
    CONSTRAINT ck_sightings_one_trust_each CHECK (cardinality(urns) = cardinality(trust_uids))
)"""

KNOWN = """
INSERT INTO sightings (source_id, urns, trust_uids)
SELECT source_id, array_agg(urn ORDER BY urn), array_agg(trust_uid ORDER BY urn)
FROM (
    SELECT DISTINCT ON (source_id, urn) source_id, urn, trust_uid
    FROM (
        SELECT source_id, urn, CASE WHEN overlaid IS NULL THEN trust_uid ELSE overlaid ->> 'trust_uid' END AS trust_uid
        FROM schools
        WHERE source_id IN (SELECT id FROM sources WHERE name = 'ofsted-latest-inspections')
        UNION ALL
        SELECT source_id, urn, trust_uid FROM establishments WHERE status <> 'closed'
        UNION ALL
        SELECT source_id, urn, trust_uid FROM memberships WHERE assumed) told
    ORDER BY source_id, urn, trust_uid) known
GROUP BY source_id"""


def upgrade() -> None:
    op.execute(TABLE)
    op.execute(KNOWN)


def downgrade() -> None:
    op.execute("DROP TABLE sightings")
