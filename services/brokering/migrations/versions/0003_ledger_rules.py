"""The ledger's rules, held by the database: double entry, balances by trigger alone, nothing changed or removed.

A movement's two legs are the two account columns of its one row, so they cannot differ. Its trigger moves the balances
of the leader, the need, the episode and the deployment, whose checks are the caps.
"""

from __future__ import annotations

from alembic import op

from shared.auth.tenancy import enable_row_security

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KINDS = """
INSERT INTO ledger_kinds (kind, debit, credit, places) VALUES
    ('offered', 'available', 'offered', 1),
    ('offer_returned', 'offered', 'available', -1),
    ('reserved', 'offered', 'reserved', 0),
    ('used', 'reserved', 'used', 0),
    ('use_corrected', 'used', 'reserved', 0),
    ('returned', 'reserved', 'available', 0),
    ('released', 'reserved', 'available', -1);
"""

BALANCES = """
CREATE FUNCTION ledger_move(m ledger_movements, account text) RETURNS integer LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE account WHEN m.credit THEN m.half_days WHEN m.debit THEN -m.half_days ELSE 0 END
$$;

CREATE FUNCTION ledger_apply() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    back integer := CASE WHEN NEW.debit = 'reserved' AND NEW.credit = 'available' THEN NEW.half_days ELSE 0 END;
BEGIN
    UPDATE leader_accounts SET
        offered_half_days = offered_half_days + ledger_move(NEW, 'offered'),
        reserved_half_days = reserved_half_days + ledger_move(NEW, 'reserved'),
        used_half_days = used_half_days + ledger_move(NEW, 'used'),
        places_held = places_held + NEW.places
    WHERE leader_id = NEW.leader_id;
    IF NOT FOUND THEN RAISE foreign_key_violation USING MESSAGE = 'no account of this leader can be seen'; END IF;
    UPDATE need_accounts SET
        offered_half_days = offered_half_days + ledger_move(NEW, 'offered'),
        reserved_half_days = reserved_half_days + ledger_move(NEW, 'reserved'),
        used_half_days = used_half_days + ledger_move(NEW, 'used')
    WHERE need_id = NEW.need_id;
    IF NOT FOUND THEN RAISE foreign_key_violation USING MESSAGE = 'no account of this need can be seen'; END IF;
    IF NEW.episode_id IS NULL THEN RETURN NULL; END IF;
    UPDATE episode_accounts SET
        reserved_half_days = reserved_half_days + ledger_move(NEW, 'reserved'),
        used_half_days = used_half_days + ledger_move(NEW, 'used'),
        returned_half_days = returned_half_days + back
    WHERE episode_id = NEW.episode_id;
    IF NOT FOUND THEN RAISE foreign_key_violation USING MESSAGE = 'no account of this episode can be seen'; END IF;
    UPDATE deployment_accounts SET
        reserved_half_days = reserved_half_days + ledger_move(NEW, 'reserved'),
        used_half_days = used_half_days + ledger_move(NEW, 'used'),
        returned_half_days = returned_half_days + back
    WHERE deployment_id = NEW.deployment_id;
    IF NOT FOUND THEN RAISE foreign_key_violation USING MESSAGE = 'no account of this deployment can be seen'; END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION deployment_opened() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO deployment_accounts (deployment_id, cap_half_days) VALUES (NEW.id, NEW.half_days);
    UPDATE episode_accounts SET deployed_half_days = deployed_half_days + NEW.half_days
    WHERE episode_id = NEW.episode_id;
    RETURN NULL;
END $$;

CREATE FUNCTION ledger_refuse_write() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE insufficient_privilege USING MESSAGE = format('%s of %s is refused: %s', TG_OP, TG_TABLE_NAME, TG_ARGV[0]);
END $$;

CREATE TRIGGER apply AFTER INSERT ON ledger_movements FOR EACH ROW EXECUTE FUNCTION ledger_apply();
CREATE TRIGGER opened AFTER INSERT ON deployments FOR EACH ROW EXECUTE FUNCTION deployment_opened();
"""

GUARDS = """
CREATE TRIGGER add_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_movements
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_write('entries are only ever added');
CREATE TRIGGER fixed BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON ledger_kinds
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_write('the kinds of movement change by migration');
CREATE TRIGGER fixed_days BEFORE UPDATE OF half_days, episode_id, leader_id ON deployments
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_write('a deployment keeps its days; make another');
CREATE TRIGGER kept BEFORE DELETE OR TRUNCATE ON deployments
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_write('deployments are kept');
"""

ACCOUNTS = ("leader_accounts", "need_accounts", "episode_accounts", "deployment_accounts")
STARTS_EMPTY = """
CREATE TRIGGER starts_empty BEFORE INSERT ON {table} FOR EACH ROW
    WHEN (NEW.reserved_half_days <> 0 OR NEW.used_half_days <> 0)
    EXECUTE FUNCTION ledger_refuse_write('an account starts empty');
CREATE TRIGGER by_ledger_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} FOR EACH STATEMENT
    WHEN (pg_trigger_depth() = 0)
    EXECUTE FUNCTION ledger_refuse_write('balances are written by the ledger alone');
"""

DIRECTORY = """
CREATE FUNCTION leader_account_keep(leader uuid) RETURNS void LANGUAGE sql AS $$
    INSERT INTO leader_accounts (leader_id, available_half_days, places_limit)
    SELECT leaders.id, coalesce(sum(leader_availability.days), leaders.days_available) * 2, leaders.max_concurrent
    FROM leaders LEFT JOIN leader_availability ON leader_availability.leader_id = leaders.id
    WHERE leaders.id = leader
    GROUP BY leaders.id
    ON CONFLICT ON CONSTRAINT pk_leader_accounts DO UPDATE SET
        available_half_days = excluded.available_half_days, places_limit = excluded.places_limit
$$;

CREATE FUNCTION leader_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM leader_account_keep(NEW.id);
    RETURN NULL;
END $$;

CREATE FUNCTION leader_availability_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM leader_account_keep(coalesce(NEW.leader_id, OLD.leader_id));
    RETURN NULL;
END $$;

CREATE TRIGGER account AFTER INSERT OR UPDATE OF days_available, max_concurrent ON leaders
    FOR EACH ROW EXECUTE FUNCTION leader_changed();
CREATE CONSTRAINT TRIGGER account AFTER INSERT OR UPDATE OR DELETE ON leader_availability
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION leader_availability_changed();
"""

EXISTING = """
INSERT INTO leader_accounts (leader_id, available_half_days, places_limit)
SELECT leaders.id, coalesce(sum(leader_availability.days), leaders.days_available) * 2, leaders.max_concurrent
FROM leaders LEFT JOIN leader_availability ON leader_availability.leader_id = leaders.id
GROUP BY leaders.id;
"""

TENANCY = """
CREATE FUNCTION support_follows_need() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE offers SET tenancy_region = NEW.tenancy_region,
        tenancy_orgs = NEW.tenancy_orgs || ARRAY(SELECT org FROM unnest(tenancy_orgs) org WHERE org LIKE 'leader:%')
    WHERE need_id = NEW.id;
    UPDATE episodes SET tenancy_region = NEW.tenancy_region,
        tenancy_orgs = NEW.tenancy_orgs || ARRAY(SELECT org FROM unnest(tenancy_orgs) org WHERE org LIKE 'leader:%')
    WHERE need_id = NEW.id;
    RETURN NULL;
END $$;

CREATE TRIGGER support_follows AFTER UPDATE OF tenancy_orgs, tenancy_region ON needs FOR EACH ROW
    WHEN (OLD.tenancy_orgs IS DISTINCT FROM NEW.tenancy_orgs
        OR OLD.tenancy_region IS DISTINCT FROM NEW.tenancy_region)
    EXECUTE FUNCTION support_follows_need();
"""

LEGS = """
CREATE VIEW ledger_legs WITH (security_invoker = true) AS
SELECT seq, id AS movement_id, debit AS account, -half_days AS half_days, leader_id, need_id, episode_id
FROM ledger_movements
UNION ALL
SELECT seq, id, credit, half_days, leader_id, need_id, episode_id FROM ledger_movements;
"""

FOLLOWERS = {
    "leader_accounts": "EXISTS (SELECT FROM leaders WHERE leaders.id = leader_id)",
    "need_accounts": "EXISTS (SELECT FROM needs WHERE needs.id = need_id)",
    "episode_accounts": "EXISTS (SELECT FROM episodes WHERE episodes.id = episode_id)",
    "deployments": "EXISTS (SELECT FROM episodes WHERE episodes.id = episode_id)",
    "deployment_accounts": "EXISTS (SELECT FROM deployments WHERE deployments.id = deployment_id)",
    "ledger_movements": "EXISTS (SELECT FROM offers WHERE offers.id = offer_id)",
}


def upgrade() -> None:
    """Fill the kinds, put the triggers in place, open an account for every leader, and lock the rows."""
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.execute("SET LOCAL app.visibility = 'all'")
    for statements in (KINDS, BALANCES, GUARDS, DIRECTORY, EXISTING, TENANCY, LEGS):
        op.execute(statements)
    for table in ACCOUNTS:
        op.execute(STARTS_EMPTY.format(table=table))
    for table in ("offers", "episodes"):
        enable_row_security(op, table)
    for table, condition in FOLLOWERS.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY tenancy ON {table} USING ({condition})")


def downgrade() -> None:
    """Take the rules away; the tables stay."""
    op.execute("DROP VIEW ledger_legs")
    op.execute("DROP TRIGGER account ON leaders")
    op.execute("DROP TRIGGER account ON leader_availability")
    op.execute("DROP TRIGGER support_follows ON needs")
    for function in (
        "ledger_apply",
        "deployment_opened",
        "ledger_refuse_write",
        "leader_changed",
        "leader_availability_changed",
        "support_follows_need",
    ):
        op.execute(f"DROP FUNCTION {function}() CASCADE")
    op.execute("DROP FUNCTION leader_account_keep(uuid)")
    op.execute("DROP FUNCTION ledger_move(ledger_movements, text)")
    for table in (*FOLLOWERS, "offers", "episodes"):
        op.execute(f"DROP POLICY tenancy ON {table}")
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    op.execute("SET LOCAL app.visibility = 'all'")
    op.execute("TRUNCATE ledger_kinds CASCADE")
