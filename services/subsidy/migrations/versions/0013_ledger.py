"""Books in double entry: entries and postings, balances of budgets kept from them, opened from what stands."""

from alembic import op

revision = "0013"
down_revision = "0012"

# Debits equal credits, because a posting is one amount between two accounts of one budget.
TABLES = (
    """
    CREATE TABLE ledger_entry (
        id uuid PRIMARY KEY,
        claim_id uuid REFERENCES claim,
        claim_version integer,
        institution_id uuid,
        region text NOT NULL,
        reporting_region text NOT NULL,
        done_by text NOT NULL,
        done_at timestamptz NOT NULL,
        reason text
    )
    """,
    "CREATE INDEX ledger_entry_claim ON ledger_entry (claim_id) WHERE claim_id IS NOT NULL",
    """
    CREATE TABLE ledger_posting (
        id uuid PRIMARY KEY,
        entry_id uuid NOT NULL REFERENCES ledger_entry,
        budget_id uuid NOT NULL REFERENCES budget,
        line integer CHECK (line >= 1),
        verb text NOT NULL,
        debit text NOT NULL,
        credit text NOT NULL,
        amount_fen bigint NOT NULL CHECK (amount_fen > 0),
        CONSTRAINT known_path CHECK ((least(debit, credit), greatest(debit, credit)) IN (
            ('allocated', 'free'), ('expected', 'reserved'), ('committed', 'free'), ('committed', 'paid'),
            ('free', 'paid'), ('paid', 'written_off')
        ))
    )
    """,
    "CREATE INDEX ledger_posting_entry ON ledger_posting (entry_id)",
    "CREATE INDEX ledger_posting_budget ON ledger_posting (budget_id, id)",
    """
    ALTER TABLE budget
        ADD COLUMN version integer NOT NULL DEFAULT 0,
        ADD COLUMN department text,
        ADD COLUMN written_off_fen bigint NOT NULL DEFAULT 0 CHECK (written_off_fen >= 0),
        ADD COLUMN reserved_fen bigint NOT NULL DEFAULT 0 CHECK (reserved_fen >= 0),
        ADD CONSTRAINT given_up_as_paid CHECK (recovered_fen + written_off_fen <= paid_fen) NOT VALID
    """,
    """
    CREATE TABLE fund_share (
        id uuid PRIMARY KEY,
        region text NOT NULL,
        fund_source text NOT NULL,
        year integer NOT NULL,
        shares jsonb NOT NULL,
        decided_by text NOT NULL,
        decided_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX fund_share_account ON fund_share (region, fund_source, year, id)",
    """
    ALTER TABLE claim_line
        ADD COLUMN recovered_part_fen bigint CHECK (recovered_part_fen BETWEEN 1 AND amount_fen),
        ADD COLUMN written_off_fen bigint NOT NULL DEFAULT 0 CHECK (written_off_fen >= 0),
        ADD CONSTRAINT given_up_as_paid CHECK (
            CASE WHEN recovered_on IS NULL THEN 0 ELSE coalesce(recovered_part_fen, amount_fen) END + written_off_fen
                <= amount_fen
        ) NOT VALID
    """,
)

# What the books do not say yet of a claim. Until processes of the version before are gone, the database adds what they
# decide without an entry; of what the current version does, nothing is missing, and nothing is added.
COMPLETE = """
CREATE FUNCTION complete_books(completed uuid) RETURNS void LANGUAGE sql AS $$
    WITH standing AS (
        SELECT c.id AS claim_id, l.line, b.id AS budget_id, flow.*
        FROM claim AS c
        JOIN budget AS b ON (b.region, b.fund_source, b.year)
            = (c.reporting_region, c.fund_source, extract(year FROM c.starts_on)::integer)
        JOIN claim_line AS l ON l.claim_id = c.id
        CROSS JOIN LATERAL (VALUES
            ('free', 'committed', 'approve', 'release',
             CASE WHEN c.status IN ('approved', 'paying', 'payment_failed', 'paid', 'recovered')
                  THEN l.amount_fen ELSE 0 END),
            ('committed', 'paid', 'pay', 'return',
             CASE WHEN c.status IN ('paid', 'recovered') THEN l.amount_fen ELSE 0 END),
            ('paid', 'free', 'recover', 'reverse_recovery',
             CASE WHEN l.recovered_on IS NULL THEN 0 ELSE coalesce(l.recovered_part_fen, l.amount_fen) END)
        ) AS flow (credit, debit, forward, back, target)
        WHERE c.id = completed
    ), booked AS (
        SELECT p.line, p.debit, p.credit, sum(p.amount_fen)::bigint AS amount
        FROM ledger_entry AS e JOIN ledger_posting AS p ON p.entry_id = e.id
        WHERE e.claim_id = completed GROUP BY p.line, p.debit, p.credit
    ), missing AS (
        SELECT s.*, s.target - coalesce(f.amount, 0) + coalesce(b.amount, 0) AS amount
        FROM standing AS s
        LEFT JOIN booked AS f ON (f.line, f.debit, f.credit) = (s.line, s.debit, s.credit)
        LEFT JOIN booked AS b ON (b.line, b.debit, b.credit) = (s.line, s.credit, s.debit)
    ), entry AS (
        INSERT INTO ledger_entry
            (id, claim_id, claim_version, institution_id, region, reporting_region, done_by, done_at)
        SELECT uuidv7(), c.id, c.version, c.institution_id, c.region, c.reporting_region, 'books', now()
        FROM claim AS c WHERE c.id = completed AND EXISTS (SELECT FROM missing WHERE amount <> 0)
        RETURNING id
    )
    INSERT INTO ledger_posting (id, entry_id, budget_id, line, verb, debit, credit, amount_fen)
    SELECT uuidv7(), entry.id, m.budget_id, m.line, CASE WHEN m.amount > 0 THEN m.forward ELSE m.back END,
        CASE WHEN m.amount > 0 THEN m.debit ELSE m.credit END,
        CASE WHEN m.amount > 0 THEN m.credit ELSE m.debit END, abs(m.amount)
    FROM missing AS m, entry WHERE m.amount <> 0
$$
"""
COMPLETE_CLAIM = (
    """
    CREATE FUNCTION complete_claim() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN PERFORM complete_books(NEW.id); RETURN NULL; END $$
    """,
    """
    CREATE CONSTRAINT TRIGGER claim_is_booked AFTER UPDATE ON claim DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.approved_on IS NOT NULL OR OLD.approved_on IS NOT NULL) EXECUTE FUNCTION complete_claim()
    """,
)
COMPLETE_BUDGET = (
    """
    CREATE FUNCTION complete_budget(completed uuid) RETURNS void LANGUAGE sql AS $$
        WITH missing AS (
            SELECT b.*, b.total_fen - coalesce((
                SELECT sum(CASE WHEN p.credit = 'allocated' THEN p.amount_fen ELSE -p.amount_fen END)
                FROM ledger_posting AS p WHERE p.budget_id = b.id AND 'allocated' IN (p.debit, p.credit)
            ), 0)::bigint AS amount
            FROM budget AS b WHERE b.id = completed
        ), entry AS (
            INSERT INTO ledger_entry (id, region, reporting_region, done_by, done_at)
            SELECT uuidv7(), region, region, 'books', now() FROM missing WHERE amount <> 0 RETURNING id
        )
        INSERT INTO ledger_posting (id, entry_id, budget_id, verb, debit, credit, amount_fen)
        SELECT uuidv7(), entry.id, m.id, 'allocate', CASE WHEN m.amount > 0 THEN 'free' ELSE 'allocated' END,
            CASE WHEN m.amount > 0 THEN 'allocated' ELSE 'free' END, abs(m.amount)
        FROM missing AS m, entry
    $$
    """,
    """
    CREATE FUNCTION complete_allocation() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN PERFORM complete_budget(NEW.budget_id); RETURN NULL; END $$
    """,
    """
    CREATE CONSTRAINT TRIGGER allocation_is_booked AFTER INSERT ON budget_event DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION complete_allocation()
    """,
)
OPEN = (
    "SELECT complete_budget(id) FROM budget ORDER BY id",
    "SELECT complete_books(id) FROM claim WHERE approved_on IS NOT NULL ORDER BY id",
)

# Balances are kept from postings, and the checks of `budget` hold them: never below zero, whatever runs at once. What
# the functions above add is in the balances already, which the version before moves itself.
BALANCES = (
    """
    CREATE FUNCTION keep_balances() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE budget AS b SET
            total_fen = b.total_fen + moved.total, committed_fen = b.committed_fen + moved.committed,
            paid_fen = b.paid_fen + moved.paid, recovered_fen = b.recovered_fen + moved.recovered,
            written_off_fen = b.written_off_fen + moved.written_off, reserved_fen = b.reserved_fen + moved.reserved
        FROM (
            SELECT budget_id,
                coalesce(sum(amount_fen) FILTER (WHERE credit = 'allocated'), 0)
                    - coalesce(sum(amount_fen) FILTER (WHERE debit = 'allocated'), 0) AS total,
                coalesce(sum(amount_fen) FILTER (WHERE credit = 'free' AND debit = 'committed'), 0)
                    - coalesce(sum(amount_fen) FILTER (WHERE credit = 'committed' AND debit = 'free'), 0) AS committed,
                coalesce(sum(amount_fen) FILTER (WHERE credit = 'committed' AND debit = 'paid'), 0)
                    - coalesce(sum(amount_fen) FILTER (WHERE credit = 'paid' AND debit = 'committed'), 0) AS paid,
                coalesce(sum(amount_fen) FILTER (WHERE credit = 'paid' AND debit = 'free'), 0)
                    - coalesce(sum(amount_fen) FILTER (WHERE credit = 'free' AND debit = 'paid'), 0) AS recovered,
                coalesce(sum(amount_fen) FILTER (WHERE debit = 'written_off'), 0)
                    - coalesce(sum(amount_fen) FILTER (WHERE credit = 'written_off'), 0) AS written_off,
                coalesce(sum(amount_fen) FILTER (WHERE debit = 'reserved'), 0)
                    - coalesce(sum(amount_fen) FILTER (WHERE credit = 'reserved'), 0) AS reserved
            FROM posted GROUP BY budget_id
        ) AS moved
        WHERE b.id = moved.budget_id;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER balances_follow AFTER INSERT ON ledger_posting REFERENCING NEW TABLE AS posted
    FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION keep_balances()
    """,
    """
    CREATE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION '% is only added to', TG_TABLE_NAME; END $$
    """,
    """
    CREATE TRIGGER only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entry
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting()
    """,
    """
    CREATE TRIGGER only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_posting
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting()
    """,
)


def upgrade() -> None:
    for statement in (*TABLES, COMPLETE, *COMPLETE_CLAIM, *COMPLETE_BUDGET, *OPEN, *BALANCES):
        op.execute(statement)
