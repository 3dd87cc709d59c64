"""Offers, support episodes and the ledger of days: the tables."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

LEADER_ACCOUNTS = """
CREATE TABLE leader_accounts (
    leader_id UUID NOT NULL,
    available_half_days INTEGER NOT NULL,
    places_limit INTEGER NOT NULL,
    offered_half_days INTEGER DEFAULT 0 NOT NULL,
    reserved_half_days INTEGER DEFAULT 0 NOT NULL,
    used_half_days INTEGER DEFAULT 0 NOT NULL,
    places_held INTEGER DEFAULT 0 NOT NULL,
    committed_days NUMERIC(6, 1)
        GENERATED ALWAYS AS ((offered_half_days + reserved_half_days + used_half_days) / 2.0) STORED NOT NULL,
    open_deployments INTEGER GENERATED ALWAYS AS (places_held) STORED NOT NULL,
    CONSTRAINT pk_leader_accounts PRIMARY KEY (leader_id),
    CONSTRAINT ck_leader_accounts_days_within_available
        CHECK (offered_half_days + reserved_half_days + used_half_days <= available_half_days),
    CONSTRAINT ck_leader_accounts_places_within_limit CHECK (places_held <= places_limit),
    CONSTRAINT ck_leader_accounts_nothing_negative
        CHECK (offered_half_days >= 0 AND reserved_half_days >= 0 AND used_half_days >= 0 AND places_held >= 0),
    CONSTRAINT fk_leader_accounts_leader_id FOREIGN KEY(leader_id) REFERENCES leaders (id)
);
"""

NEED_ACCOUNTS = """
CREATE TABLE need_accounts (
    need_id UUID NOT NULL,
    cap_half_days INTEGER NOT NULL,
    policy_version INTEGER NOT NULL,
    offered_half_days INTEGER DEFAULT 0 NOT NULL,
    reserved_half_days INTEGER DEFAULT 0 NOT NULL,
    used_half_days INTEGER DEFAULT 0 NOT NULL,
    CONSTRAINT pk_need_accounts PRIMARY KEY (need_id),
    CONSTRAINT ck_need_accounts_days_within_cap
        CHECK (offered_half_days + reserved_half_days + used_half_days <= cap_half_days),
    CONSTRAINT ck_need_accounts_nothing_negative
        CHECK (offered_half_days >= 0 AND reserved_half_days >= 0 AND used_half_days >= 0),
    CONSTRAINT fk_need_accounts_need_id FOREIGN KEY(need_id) REFERENCES needs (id)
);
"""

OFFERS = """
CREATE TABLE offers (
    id UUID NOT NULL,
    proposal_id UUID NOT NULL,
    need_id UUID NOT NULL,
    leader_id UUID NOT NULL,
    subject_kind TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    subject_name TEXT,
    half_days SMALLINT NOT NULL,
    state TEXT NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE,
    deadline TIMESTAMP WITH TIME ZONE NOT NULL,
    message TEXT,
    shown JSONB NOT NULL,
    offered_by TEXT NOT NULL,
    offered_at TIMESTAMP WITH TIME ZONE NOT NULL,
    response JSONB,
    school_agreement JSONB,
    approval JSONB,
    withdrawal JSONB,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    tenancy_orgs TEXT[] DEFAULT '{}' NOT NULL,
    tenancy_region TEXT,
    CONSTRAINT pk_offers PRIMARY KEY (id),
    CONSTRAINT uq_offers_proposal_id UNIQUE (proposal_id),
    CONSTRAINT ck_offers_state_known
        CHECK (state IN ('offered', 'accepted', 'declined', 'lapsed', 'withdrawn',
            'agreed', 'refused', 'approved', 'rejected')),
    CONSTRAINT ck_offers_half_days_positive CHECK (half_days > 0),
    CONSTRAINT ck_offers_decline_has_reason
        CHECK (state <> 'declined' OR coalesce(response ->> 'reason', '') <> ''),
    CONSTRAINT ck_offers_conflicts_seen
        CHECK (state NOT IN ('agreed', 'approved', 'rejected')
            OR (school_agreement ->> 'conflicts_seen')::boolean IS TRUE),
    CONSTRAINT ck_offers_approval_has_author CHECK (state <> 'approved' OR approval ->> 'by' IS NOT NULL),
    CONSTRAINT fk_offers_proposal_id FOREIGN KEY(proposal_id) REFERENCES proposals (id),
    CONSTRAINT fk_offers_need_id FOREIGN KEY(need_id) REFERENCES needs (id),
    CONSTRAINT fk_offers_leader_id FOREIGN KEY(leader_id) REFERENCES leaders (id)
);
CREATE INDEX ix_offers_deadline ON offers (deadline) WHERE state = 'offered';
CREATE INDEX ix_offers_leader_id ON offers (leader_id);
CREATE INDEX ix_offers_tenancy_orgs ON offers USING gin (tenancy_orgs);
CREATE INDEX ix_offers_tenancy_region_id ON offers (tenancy_region, id);
CREATE UNIQUE INDEX uq_offers_one_open_per_need ON offers (need_id)
    WHERE state IN ('offered', 'accepted', 'agreed');
"""

EPISODES = """
CREATE TABLE episodes (
    id UUID NOT NULL,
    need_id UUID NOT NULL,
    offer_id UUID NOT NULL,
    leader_id UUID NOT NULL,
    previous_episode_id UUID,
    subject_kind TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    subject_name TEXT,
    state TEXT NOT NULL,
    opened_on DATE NOT NULL,
    opened_by TEXT NOT NULL,
    history JSONB DEFAULT '[]' NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    tenancy_orgs TEXT[] DEFAULT '{}' NOT NULL,
    tenancy_region TEXT,
    CONSTRAINT pk_episodes PRIMARY KEY (id),
    CONSTRAINT uq_episodes_offer_id UNIQUE (offer_id),
    CONSTRAINT ck_episodes_state_known CHECK (state IN ('open', 'paused', 'stopped')),
    CONSTRAINT fk_episodes_need_id FOREIGN KEY(need_id) REFERENCES needs (id),
    CONSTRAINT fk_episodes_offer_id FOREIGN KEY(offer_id) REFERENCES offers (id),
    CONSTRAINT fk_episodes_leader_id FOREIGN KEY(leader_id) REFERENCES leaders (id),
    CONSTRAINT fk_episodes_previous_episode_id FOREIGN KEY(previous_episode_id) REFERENCES episodes (id)
);
CREATE INDEX ix_episodes_leader_id ON episodes (leader_id);
CREATE INDEX ix_episodes_subject ON episodes (subject_kind, subject_id);
CREATE INDEX ix_episodes_tenancy_orgs ON episodes USING gin (tenancy_orgs);
CREATE INDEX ix_episodes_tenancy_region_id ON episodes (tenancy_region, id);
CREATE UNIQUE INDEX uq_episodes_one_open_per_need ON episodes (need_id) WHERE state IN ('open', 'paused');
"""

DEPLOYMENTS = """
CREATE TABLE deployments (
    id UUID NOT NULL,
    episode_id UUID NOT NULL,
    leader_id UUID NOT NULL,
    half_days SMALLINT NOT NULL,
    starts_on DATE NOT NULL,
    ends_on DATE,
    CONSTRAINT pk_deployments PRIMARY KEY (id),
    CONSTRAINT ck_deployments_half_days_positive CHECK (half_days > 0),
    CONSTRAINT ck_deployments_dates_in_order CHECK (ends_on IS NULL OR ends_on >= starts_on),
    CONSTRAINT fk_deployments_episode_id FOREIGN KEY(episode_id) REFERENCES episodes (id),
    CONSTRAINT fk_deployments_leader_id FOREIGN KEY(leader_id) REFERENCES leaders (id)
);
CREATE INDEX ix_deployments_episode_id ON deployments (episode_id);
CREATE INDEX ix_deployments_leader_id ON deployments (leader_id);
"""

DEPLOYMENT_ACCOUNTS = """
CREATE TABLE deployment_accounts (
    deployment_id UUID NOT NULL,
    cap_half_days INTEGER NOT NULL,
    reserved_half_days INTEGER DEFAULT 0 NOT NULL,
    used_half_days INTEGER DEFAULT 0 NOT NULL,
    returned_half_days INTEGER DEFAULT 0 NOT NULL,
    CONSTRAINT pk_deployment_accounts PRIMARY KEY (deployment_id),
    CONSTRAINT ck_deployment_accounts_days_within_deployment
        CHECK (reserved_half_days + used_half_days + returned_half_days <= cap_half_days),
    CONSTRAINT ck_deployment_accounts_nothing_negative
        CHECK (reserved_half_days >= 0 AND used_half_days >= 0 AND returned_half_days >= 0),
    CONSTRAINT fk_deployment_accounts_deployment_id FOREIGN KEY(deployment_id) REFERENCES deployments (id)
);
"""

EPISODE_ACCOUNTS = """
CREATE TABLE episode_accounts (
    episode_id UUID NOT NULL,
    cap_half_days INTEGER NOT NULL,
    deployed_half_days INTEGER DEFAULT 0 NOT NULL,
    reserved_half_days INTEGER DEFAULT 0 NOT NULL,
    used_half_days INTEGER DEFAULT 0 NOT NULL,
    returned_half_days INTEGER DEFAULT 0 NOT NULL,
    CONSTRAINT pk_episode_accounts PRIMARY KEY (episode_id),
    CONSTRAINT ck_episode_accounts_days_within_cap CHECK (reserved_half_days + used_half_days <= cap_half_days),
    CONSTRAINT ck_episode_accounts_deployments_within_cap
        CHECK (deployed_half_days - returned_half_days <= cap_half_days),
    CONSTRAINT ck_episode_accounts_nothing_negative
        CHECK (reserved_half_days >= 0 AND used_half_days >= 0 AND returned_half_days >= 0),
    CONSTRAINT fk_episode_accounts_episode_id FOREIGN KEY(episode_id) REFERENCES episodes (id)
);
"""

LEDGER_KINDS = """
CREATE TABLE ledger_kinds (
    kind TEXT NOT NULL,
    debit TEXT NOT NULL,
    credit TEXT NOT NULL,
    places SMALLINT NOT NULL,
    CONSTRAINT pk_ledger_kinds PRIMARY KEY (kind),
    CONSTRAINT uq_ledger_kinds_shape UNIQUE (kind, debit, credit, places),
    CONSTRAINT ck_ledger_kinds_two_accounts CHECK (debit <> credit)
);
"""

LEDGER_MOVEMENTS = """
CREATE TABLE ledger_movements (
    seq BIGINT GENERATED ALWAYS AS IDENTITY,
    id UUID NOT NULL,
    kind TEXT NOT NULL,
    debit TEXT NOT NULL,
    credit TEXT NOT NULL,
    places SMALLINT NOT NULL,
    half_days SMALLINT NOT NULL,
    leader_id UUID NOT NULL,
    need_id UUID NOT NULL,
    offer_id UUID NOT NULL,
    episode_id UUID,
    deployment_id UUID,
    effective_on DATE NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    recorded_by TEXT NOT NULL,
    note TEXT,
    CONSTRAINT pk_ledger_movements PRIMARY KEY (seq),
    CONSTRAINT fk_ledger_movements_shape
        FOREIGN KEY(kind, debit, credit, places) REFERENCES ledger_kinds (kind, debit, credit, places),
    CONSTRAINT ck_ledger_movements_half_days_positive CHECK (half_days > 0 OR (half_days = 0 AND places < 0)),
    CONSTRAINT ck_ledger_movements_episode_with_deployment
        CHECK ((episode_id IS NULL) = (deployment_id IS NULL)),
    CONSTRAINT ck_ledger_movements_episode_unless_offer
        CHECK ((episode_id IS NULL) = (kind IN ('offered', 'offer_returned'))),
    CONSTRAINT uq_ledger_movements_id UNIQUE (id),
    CONSTRAINT fk_ledger_movements_leader_id FOREIGN KEY(leader_id) REFERENCES leader_accounts (leader_id),
    CONSTRAINT fk_ledger_movements_need_id FOREIGN KEY(need_id) REFERENCES need_accounts (need_id),
    CONSTRAINT fk_ledger_movements_offer_id FOREIGN KEY(offer_id) REFERENCES offers (id),
    CONSTRAINT fk_ledger_movements_episode_id FOREIGN KEY(episode_id) REFERENCES episode_accounts (episode_id),
    CONSTRAINT fk_ledger_movements_deployment_id
        FOREIGN KEY(deployment_id) REFERENCES deployment_accounts (deployment_id)
);
CREATE INDEX ix_ledger_movements_offer_id_seq ON ledger_movements (offer_id, seq);
CREATE INDEX ix_ledger_movements_leader_id ON ledger_movements (leader_id);
CREATE INDEX ix_ledger_movements_need_id ON ledger_movements (need_id);
"""

APPROVAL_BATCHES = """
CREATE TABLE approval_batches (
    id UUID NOT NULL,
    client_id TEXT NOT NULL,
    subject TEXT NOT NULL,
    rows JSONB NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_approval_batches PRIMARY KEY (id)
);
"""

NAMES = (
    "leader_accounts",
    "need_accounts",
    "offers",
    "episodes",
    "deployments",
    "deployment_accounts",
    "episode_accounts",
    "ledger_kinds",
    "ledger_movements",
    "approval_batches",
)

TABLES = (
    LEADER_ACCOUNTS,
    NEED_ACCOUNTS,
    OFFERS,
    EPISODES,
    DEPLOYMENTS,
    DEPLOYMENT_ACCOUNTS,
    EPISODE_ACCOUNTS,
    LEDGER_KINDS,
    LEDGER_MOVEMENTS,
    APPROVAL_BATCHES,
)


def upgrade() -> None:
    """Create the tables, in the order their keys need."""
    op.execute("SET LOCAL lock_timeout = '3s'")
    for statements in TABLES:
        op.execute(statements)
    op.execute("COMMENT ON TABLE ledger_movements IS 'add-only'")


def downgrade() -> None:
    """Drop the tables."""
    op.execute("DROP TABLE " + ", ".join(reversed(NAMES)))
