"""Visits, completion, several deployments; claims and two kinds of budget, none of which can be overspent; notices."""

from __future__ import annotations

from alembic import op

from shared.auth.tenancy import enable_row_security

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

EPISODES = """
ALTER TABLE offers ALTER COLUMN proposal_id DROP NOT NULL, ADD COLUMN joins_episode_id UUID,
    ADD CONSTRAINT fk_offers_joins_episode_id FOREIGN KEY(joins_episode_id) REFERENCES episodes (id);
CREATE INDEX ix_offers_joins_episode_id ON offers (joins_episode_id) WHERE joins_episode_id IS NOT NULL;
CREATE INDEX ix_offers_need_id ON offers (need_id);
ALTER TABLE episodes ADD COLUMN completion JSONB, ADD COLUMN completed_on DATE,
    DROP CONSTRAINT ck_episodes_state_known,
    ADD CONSTRAINT ck_episodes_state_known
        CHECK (state IN ('open', 'paused', 'awaiting_sign_off', 'stopped', 'completed')),
    ADD CONSTRAINT ck_episodes_completion_signed
        CHECK (state <> 'completed'
            OR (completed_on IS NOT NULL AND coalesce(completion -> 'sign_off' ->> 'by', '') <> ''));
DROP INDEX uq_episodes_one_open_per_need;
CREATE UNIQUE INDEX uq_episodes_one_open_per_need ON episodes (need_id)
    WHERE state IN ('open', 'paused', 'awaiting_sign_off');
"""

PARTNERS = """
CREATE TABLE delivery_partners (
    id UUID NOT NULL,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    regions TEXT[] NOT NULL,
    created_by TEXT NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    tenancy_orgs TEXT[] DEFAULT '{}' NOT NULL,
    tenancy_region TEXT,
    CONSTRAINT pk_delivery_partners PRIMARY KEY (id),
    CONSTRAINT uq_delivery_partners_code UNIQUE (code),
    CONSTRAINT ck_delivery_partners_some_region CHECK (cardinality(regions) > 0)
);
CREATE TABLE budgets (
    id UUID NOT NULL,
    kind TEXT NOT NULL,
    partner_id UUID,
    title TEXT NOT NULL,
    regions TEXT[] NOT NULL,
    starts_on DATE NOT NULL,
    ends_on DATE NOT NULL,
    value_pence BIGINT NOT NULL,
    committed_pence BIGINT DEFAULT 0 NOT NULL,
    claimed_pence BIGINT DEFAULT 0 NOT NULL,
    history JSONB DEFAULT '[]' NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    tenancy_orgs TEXT[] DEFAULT '{}' NOT NULL,
    tenancy_region TEXT,
    CONSTRAINT pk_budgets PRIMARY KEY (id),
    CONSTRAINT ck_budgets_kind_known CHECK (kind IN ('deployment_grant', 'partner_contract')),
    CONSTRAINT ck_budgets_contract_has_partner CHECK ((kind = 'partner_contract') = (partner_id IS NOT NULL)),
    CONSTRAINT ck_budgets_grant_has_one_region CHECK (kind <> 'deployment_grant' OR cardinality(regions) = 1),
    CONSTRAINT ck_budgets_some_region CHECK (cardinality(regions) > 0),
    CONSTRAINT ck_budgets_dates_in_order CHECK (ends_on >= starts_on),
    CONSTRAINT ck_budgets_not_overspent CHECK (committed_pence + claimed_pence <= value_pence),
    CONSTRAINT ck_budgets_nothing_negative CHECK (committed_pence >= 0 AND claimed_pence >= 0),
    CONSTRAINT fk_budgets_partner_id FOREIGN KEY(partner_id) REFERENCES delivery_partners (id)
);
CREATE INDEX ix_budgets_partner_id ON budgets (partner_id);
CREATE INDEX ix_budgets_tenancy_region ON budgets (tenancy_region, starts_on);
ALTER TABLE deployments ADD COLUMN day_rate_pence INTEGER, ADD COLUMN grant_id UUID, ADD COLUMN ending JSONB,
    ADD COLUMN offer_id UUID, ADD CONSTRAINT fk_deployments_offer_id FOREIGN KEY(offer_id) REFERENCES offers (id),
    ADD CONSTRAINT fk_deployments_grant_id FOREIGN KEY(grant_id) REFERENCES budgets (id);
ALTER TABLE deployment_accounts ADD COLUMN claimed_half_days INTEGER DEFAULT 0 NOT NULL,
    ADD CONSTRAINT ck_deployment_accounts_claims_within_used
        CHECK (claimed_half_days >= 0 AND claimed_half_days <= used_half_days);
"""

VISITS = """
CREATE TABLE visits (
    id UUID NOT NULL,
    episode_id UUID NOT NULL,
    deployment_id UUID NOT NULL,
    leader_id UUID NOT NULL,
    movement_id UUID,
    purpose TEXT NOT NULL,
    mode TEXT NOT NULL,
    visited_on DATE NOT NULL,
    half_days SMALLINT NOT NULL,
    travel_km NUMERIC(6, 1),
    travel_minutes INTEGER,
    notes TEXT,
    recorded_by TEXT NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    withdrawal JSONB,
    CONSTRAINT pk_visits PRIMARY KEY (id),
    CONSTRAINT uq_visits_movement_id UNIQUE (movement_id),
    CONSTRAINT ck_visits_mode_known CHECK (mode IN ('on_site', 'remote')),
    CONSTRAINT ck_visits_days_have_a_movement CHECK ((half_days > 0) = (movement_id IS NOT NULL)),
    CONSTRAINT ck_visits_travel CHECK (travel_km >= 0 AND travel_minutes >= 0),
    CONSTRAINT ck_visits_no_travel_when_remote
        CHECK (mode = 'on_site' OR (coalesce(travel_km, 0) = 0 AND coalesce(travel_minutes, 0) = 0)),
    CONSTRAINT fk_visits_episode_id FOREIGN KEY(episode_id) REFERENCES episodes (id),
    CONSTRAINT fk_visits_deployment_id FOREIGN KEY(deployment_id) REFERENCES deployments (id),
    CONSTRAINT fk_visits_leader_id FOREIGN KEY(leader_id) REFERENCES leaders (id),
    CONSTRAINT fk_visits_movement_id FOREIGN KEY(movement_id) REFERENCES ledger_movements (id)
);
CREATE INDEX ix_visits_episode_id ON visits (episode_id, visited_on);
"""

CLAIMS = """
CREATE TABLE claims (
    id UUID NOT NULL,
    episode_id UUID NOT NULL,
    deployment_id UUID NOT NULL,
    leader_id UUID NOT NULL,
    grant_id UUID,
    half_days SMALLINT NOT NULL,
    day_rate_pence INTEGER NOT NULL,
    amount_pence BIGINT NOT NULL,
    state TEXT NOT NULL,
    note TEXT,
    claimed_by TEXT NOT NULL,
    claimed_for TEXT NOT NULL,
    claimed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    answer JSONB,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_claims PRIMARY KEY (id),
    CONSTRAINT ck_claims_half_days_positive CHECK (half_days > 0),
    CONSTRAINT ck_claims_amount_is_days_by_rate CHECK (amount_pence * 2 = half_days * day_rate_pence),
    CONSTRAINT ck_claims_state_known CHECK (state IN ('submitted', 'signed_off', 'refused', 'withdrawn')),
    CONSTRAINT ck_claims_paid_from_a_grant CHECK (state <> 'signed_off' OR grant_id IS NOT NULL),
    CONSTRAINT ck_claims_signed_by_another
        CHECK (state <> 'signed_off' OR (answer ->> 'by' IS NOT NULL AND answer ->> 'by' <> claimed_by)),
    CONSTRAINT fk_claims_episode_id FOREIGN KEY(episode_id) REFERENCES episodes (id),
    CONSTRAINT fk_claims_deployment_id FOREIGN KEY(deployment_id) REFERENCES deployments (id),
    CONSTRAINT fk_claims_leader_id FOREIGN KEY(leader_id) REFERENCES leaders (id),
    CONSTRAINT fk_claims_grant_id FOREIGN KEY(grant_id) REFERENCES budgets (id)
);
CREATE INDEX ix_claims_episode_id ON claims (episode_id);
CREATE INDEX ix_claims_waiting ON claims (claimed_at) WHERE state = 'submitted';
CREATE TABLE fees (
    id UUID NOT NULL,
    contract_id UUID NOT NULL,
    kind TEXT NOT NULL,
    region TEXT NOT NULL,
    amount_pence BIGINT NOT NULL,
    incurred_on DATE NOT NULL,
    description TEXT NOT NULL,
    state TEXT NOT NULL,
    entered_by TEXT NOT NULL,
    entered_at TIMESTAMP WITH TIME ZONE NOT NULL,
    answer JSONB,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_fees PRIMARY KEY (id),
    CONSTRAINT ck_fees_amount_positive CHECK (amount_pence > 0),
    CONSTRAINT ck_fees_kind_known CHECK (kind IN ('identification', 'matching', 'brokering', 'monitoring')),
    CONSTRAINT ck_fees_state_known CHECK (state IN ('submitted', 'approved', 'refused')),
    CONSTRAINT ck_fees_approved_by_another
        CHECK (state <> 'approved' OR (answer ->> 'by' IS NOT NULL AND answer ->> 'by' <> entered_by)),
    CONSTRAINT fk_fees_contract_id FOREIGN KEY(contract_id) REFERENCES budgets (id)
);
CREATE INDEX ix_fees_contract_id ON fees (contract_id);
CREATE TABLE money_entries (
    seq BIGINT GENERATED ALWAYS AS IDENTITY,
    id UUID DEFAULT gen_random_uuid() NOT NULL,
    budget_id UUID NOT NULL,
    debit TEXT NOT NULL,
    credit TEXT NOT NULL,
    amount_pence BIGINT NOT NULL,
    deployment_id UUID,
    claim_id UUID,
    fee_id UUID,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    recorded_by TEXT NOT NULL,
    CONSTRAINT pk_money_entries PRIMARY KEY (seq),
    CONSTRAINT uq_money_entries_id UNIQUE (id),
    CONSTRAINT ck_money_entries_amount_positive CHECK (amount_pence > 0),
    CONSTRAINT ck_money_entries_accounts CHECK ((debit, credit) IN (
        ('remaining', 'committed'), ('committed', 'remaining'), ('committed', 'claimed'), ('remaining', 'claimed'))),
    CONSTRAINT ck_money_entries_one_cause CHECK (num_nonnulls(claim_id, fee_id) <= 1
        AND num_nonnulls(deployment_id, fee_id) = 1),
    CONSTRAINT fk_money_entries_budget_id FOREIGN KEY(budget_id) REFERENCES budgets (id),
    CONSTRAINT fk_money_entries_deployment_id FOREIGN KEY(deployment_id) REFERENCES deployments (id),
    CONSTRAINT fk_money_entries_claim_id FOREIGN KEY(claim_id) REFERENCES claims (id),
    CONSTRAINT fk_money_entries_fee_id FOREIGN KEY(fee_id) REFERENCES fees (id)
);
CREATE INDEX ix_money_entries_budget_id_seq ON money_entries (budget_id, seq);
COMMENT ON TABLE money_entries IS 'add-only';
"""

NOTICES = """
CREATE TABLE contacts (
    org TEXT NOT NULL,
    role TEXT NOT NULL,
    email TEXT NOT NULL,
    changed_by TEXT NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    tenancy_orgs TEXT[] DEFAULT '{}' NOT NULL,
    tenancy_region TEXT,
    CONSTRAINT pk_contacts PRIMARY KEY (org, role)
);
CREATE TABLE notifications (
    id UUID NOT NULL,
    kind TEXT NOT NULL,
    recipient TEXT NOT NULL,
    about JSONB NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER DEFAULT 0 NOT NULL,
    next_attempt_at TIMESTAMP WITH TIME ZONE NOT NULL,
    sent_at TIMESTAMP WITH TIME ZONE,
    reference TEXT,
    problem TEXT,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    tenancy_orgs TEXT[] DEFAULT '{}' NOT NULL,
    tenancy_region TEXT,
    CONSTRAINT pk_notifications PRIMARY KEY (id),
    CONSTRAINT ck_notifications_state_known CHECK (state IN ('queued', 'sent', 'failed', 'no_contact'))
);
CREATE INDEX ix_notifications_queued ON notifications (next_attempt_at) WHERE state = 'queued';
CREATE INDEX ix_notifications_tenancy_orgs ON notifications USING gin (tenancy_orgs);
"""

MONEY_RULES = """
CREATE FUNCTION money_move(e money_entries, account text) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE account WHEN e.credit THEN e.amount_pence WHEN e.debit THEN -e.amount_pence ELSE 0 END
$$;

CREATE FUNCTION money_apply() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE budgets SET
        committed_pence = committed_pence + money_move(NEW, 'committed'),
        claimed_pence = claimed_pence + money_move(NEW, 'claimed')
    WHERE id = NEW.budget_id;
    IF NOT FOUND THEN RAISE foreign_key_violation USING MESSAGE = 'no such budget can be seen'; END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER apply AFTER INSERT ON money_entries FOR EACH ROW EXECUTE FUNCTION money_apply();

CREATE FUNCTION days_commit_money() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    deployment deployments;
    opening boolean := NEW.credit = 'reserved' AND NEW.debit = 'offered';
    closing boolean := NEW.debit = 'reserved' AND NEW.credit = 'available';
BEGIN
    IF NEW.half_days = 0 OR NOT (opening OR closing) THEN RETURN NULL; END IF;
    SELECT * INTO deployment FROM deployments WHERE id = NEW.deployment_id;
    IF deployment.grant_id IS NULL THEN RETURN NULL; END IF;
    INSERT INTO money_entries (budget_id, debit, credit, amount_pence, deployment_id, recorded_at, recorded_by)
    VALUES (deployment.grant_id,
        CASE WHEN opening THEN 'remaining' ELSE 'committed' END,
        CASE WHEN opening THEN 'committed' ELSE 'remaining' END,
        NEW.half_days * deployment.day_rate_pence / 2, deployment.id, NEW.recorded_at, NEW.recorded_by);
    RETURN NULL;
END $$;
CREATE TRIGGER money AFTER INSERT ON ledger_movements FOR EACH ROW EXECUTE FUNCTION days_commit_money();

CREATE FUNCTION claim_apply() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    was_live boolean := TG_OP = 'UPDATE' AND OLD.state IN ('submitted', 'signed_off');
    is_live boolean := NEW.state IN ('submitted', 'signed_off');
    promised uuid;
BEGIN
    IF is_live <> was_live THEN
        UPDATE deployment_accounts
        SET claimed_half_days = claimed_half_days + CASE WHEN is_live THEN NEW.half_days ELSE -NEW.half_days END
        WHERE deployment_id = NEW.deployment_id;
        IF NOT FOUND THEN RAISE foreign_key_violation USING MESSAGE = 'no such deployment can be seen'; END IF;
    END IF;
    IF NEW.state = 'signed_off' AND (TG_OP = 'INSERT' OR OLD.state <> 'signed_off') THEN
        SELECT grant_id INTO promised FROM deployments WHERE id = NEW.deployment_id;
        INSERT INTO money_entries
            (budget_id, debit, credit, amount_pence, deployment_id, claim_id, recorded_at, recorded_by)
        VALUES (NEW.grant_id, CASE WHEN promised IS NULL THEN 'remaining' ELSE 'committed' END, 'claimed',
            NEW.amount_pence, NEW.deployment_id, NEW.id, NEW.updated_at, NEW.answer ->> 'by');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER apply AFTER INSERT OR UPDATE OF state ON claims FOR EACH ROW EXECUTE FUNCTION claim_apply();

CREATE FUNCTION fee_apply() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    frm text := CASE WHEN NEW.state = 'submitted' THEN 'remaining' ELSE 'committed' END;
    into_ text := CASE NEW.state WHEN 'submitted' THEN 'committed' WHEN 'approved' THEN 'claimed' ELSE 'remaining' END;
BEGIN
    IF TG_OP = 'INSERT' OR OLD.state IS DISTINCT FROM NEW.state THEN
        INSERT INTO money_entries (budget_id, debit, credit, amount_pence, fee_id, recorded_at, recorded_by)
        VALUES (NEW.contract_id, frm, into_, NEW.amount_pence, NEW.id, NEW.updated_at,
            coalesce(NEW.answer ->> 'by', NEW.entered_by));
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER apply AFTER INSERT OR UPDATE OF state ON fees FOR EACH ROW EXECUTE FUNCTION fee_apply();
"""

GUARDS = """
CREATE TRIGGER add_only BEFORE UPDATE OR DELETE OR TRUNCATE ON money_entries
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_write('entries are only ever added');
CREATE TRIGGER by_entries_only BEFORE UPDATE OF committed_pence, claimed_pence ON budgets
    FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0)
    EXECUTE FUNCTION ledger_refuse_write('what is committed and claimed is written by entries alone');
CREATE TRIGGER kept BEFORE DELETE OR TRUNCATE ON budgets
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_write('budgets are kept');
CREATE TRIGGER starts_empty BEFORE INSERT ON budgets FOR EACH ROW
    WHEN (NEW.committed_pence <> 0 OR NEW.claimed_pence <> 0)
    EXECUTE FUNCTION ledger_refuse_write('a budget starts unspent');
CREATE TRIGGER fixed_terms BEFORE UPDATE OF day_rate_pence, grant_id ON deployments
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_write('a deployment keeps its rate and its grant');
CREATE TRIGGER fixed_claim BEFORE UPDATE OF half_days, day_rate_pence, amount_pence, deployment_id ON claims
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_write('a claim keeps its amount; withdraw it and make another');
CREATE TRIGGER fixed_fee BEFORE UPDATE OF amount_pence, contract_id ON fees
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_write('a fee keeps its amount');
CREATE TRIGGER settled BEFORE UPDATE OF state ON claims FOR EACH ROW WHEN (OLD.state <> 'submitted')
    EXECUTE FUNCTION ledger_refuse_write('a settled claim stays as it is');
CREATE TRIGGER settled BEFORE UPDATE OF state ON fees FOR EACH ROW WHEN (OLD.state <> 'submitted')
    EXECUTE FUNCTION ledger_refuse_write('a settled fee stays as it is');
CREATE TRIGGER kept BEFORE DELETE OR TRUNCATE ON claims
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_write('claims are kept');
CREATE TRIGGER kept BEFORE DELETE OR TRUNCATE ON fees
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_write('fees are kept');
CREATE TRIGGER kept BEFORE DELETE OR TRUNCATE ON visits
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_write('visits are kept');
"""

DEPARTMENT_SEES = """
CREATE POLICY department ON {table} USING (
    coalesce(current_setting('app.orgs', true), '') = ''
    AND regions && string_to_array(nullif(current_setting('app.regions', true), ''), '|'))
"""

FOLLOWERS = {
    "visits": "EXISTS (SELECT FROM episodes WHERE episodes.id = episode_id)",
    "claims": "EXISTS (SELECT FROM episodes WHERE episodes.id = episode_id)",
    "fees": "EXISTS (SELECT FROM budgets WHERE budgets.id = contract_id)",
    "money_entries": "EXISTS (SELECT FROM budgets WHERE budgets.id = budget_id)",
}
OWNERS = ("delivery_partners", "budgets", "contacts", "notifications")


def upgrade() -> None:
    """Make the tables, their rules, and lock the rows."""
    op.execute("SET LOCAL lock_timeout = '3s'")
    for statements in (EPISODES, PARTNERS, VISITS, CLAIMS, NOTICES, MONEY_RULES, GUARDS):
        op.execute(statements)
    for table in OWNERS:
        enable_row_security(op, table)
    for table in ("delivery_partners", "budgets"):
        op.execute(DEPARTMENT_SEES.format(table=table))
    for table, condition in FOLLOWERS.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY tenancy ON {table} USING ({condition})")


def downgrade() -> None:
    """Drop what was made; offers without a proposal and completed episodes go with it."""
    op.execute("SET LOCAL app.visibility = 'all'")
    op.execute("DROP TRIGGER money ON ledger_movements")
    op.execute("DROP TRIGGER fixed_terms ON deployments")
    op.execute("DROP TABLE money_entries, fees, claims, visits, contacts, notifications")
    op.execute(
        "ALTER TABLE deployments DROP COLUMN day_rate_pence, DROP COLUMN grant_id, DROP COLUMN ending,"
        " DROP COLUMN offer_id"
    )
    op.execute("ALTER TABLE deployment_accounts DROP COLUMN claimed_half_days")
    op.execute("DROP TABLE budgets, delivery_partners")
    for function in ("money_apply", "days_commit_money", "claim_apply", "fee_apply"):
        op.execute(f"DROP FUNCTION {function}() CASCADE")
    op.execute("DROP INDEX ix_offers_need_id, ix_offers_joins_episode_id, uq_episodes_one_open_per_need")
    op.execute("ALTER TABLE offers DROP COLUMN joins_episode_id")
    op.execute(
        "ALTER TABLE episodes DROP CONSTRAINT ck_episodes_completion_signed, DROP CONSTRAINT ck_episodes_state_known,"
        " DROP COLUMN completion, DROP COLUMN completed_on"
    )
    op.execute(
        "ALTER TABLE episodes ADD CONSTRAINT ck_episodes_state_known CHECK (state IN ('open', 'paused', 'stopped'))"
    )
    op.execute(
        "CREATE UNIQUE INDEX uq_episodes_one_open_per_need ON episodes (need_id) WHERE state IN ('open', 'paused')"
    )
    op.execute("ALTER TABLE offers ALTER COLUMN proposal_id SET NOT NULL")
