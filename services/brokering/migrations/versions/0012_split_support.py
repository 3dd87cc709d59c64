"""Split support: rounds keep how they split needs; needs of rounds, proposals and offers keep which part they are of.

A round proposes each part of a need once, and each part has one open offer at a time. The days of both are held by the
accounts of the need and of the episode, as before.
"""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

UP = """
ALTER TABLE matching_rounds ADD COLUMN split JSONB, ADD COLUMN split_outcome JSONB;
ALTER TABLE round_needs ADD COLUMN part TEXT;
ALTER TABLE round_unmatched ADD COLUMN part TEXT, ADD COLUMN half_matched BOOLEAN;
ALTER TABLE proposals ADD COLUMN part TEXT,
    ADD CONSTRAINT uq_proposals_round_id_need_id_part UNIQUE NULLS NOT DISTINCT (round_id, need_id, part),
    DROP CONSTRAINT uq_proposals_round_id_need_id,
    ADD CONSTRAINT part_known CHECK (part IN ('trust_ceo', 'nle'));
ALTER TABLE offers ADD COLUMN part TEXT, ADD CONSTRAINT part_known CHECK (part IN ('trust_ceo', 'nle'));
CREATE UNIQUE INDEX uq_offers_one_open_per_need_and_part ON offers (need_id, coalesce(part, ''))
    WHERE state IN ('offered', 'accepted', 'agreed');
DROP INDEX uq_offers_one_open_per_need;
"""
DOWN = """
CREATE UNIQUE INDEX uq_offers_one_open_per_need ON offers (need_id) WHERE state IN ('offered', 'accepted', 'agreed');
DROP INDEX uq_offers_one_open_per_need_and_part;
ALTER TABLE offers DROP COLUMN part;
ALTER TABLE proposals ADD CONSTRAINT uq_proposals_round_id_need_id UNIQUE (round_id, need_id), DROP COLUMN part;
ALTER TABLE round_unmatched DROP COLUMN part, DROP COLUMN half_matched;
ALTER TABLE round_needs DROP COLUMN part;
ALTER TABLE matching_rounds DROP COLUMN split, DROP COLUMN split_outcome;
"""


def upgrade() -> None:
    """Expand; a process of the release before names none of the columns and makes no part."""
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.execute(UP)


def downgrade() -> None:
    """Drop what was made; refused by the narrower indexes where parts stand."""
    op.execute(DOWN)
