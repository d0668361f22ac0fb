"""What the bank paid twice: its record, what came back of it, two accounts in the books and their balances."""

from alembic import op

revision = "0029"
down_revision = "0028"

STATEMENTS = (
    """
    CREATE TABLE double_payment (
        id uuid PRIMARY KEY,
        claim_id uuid NOT NULL REFERENCES claim,
        institution_id uuid NOT NULL,
        region text NOT NULL,
        reporting_region text NOT NULL,
        fund_source text NOT NULL,
        kind text NOT NULL,
        paid_on date NOT NULL,
        amount_fen bigint NOT NULL CHECK (amount_fen > 0),
        reference text NOT NULL,
        reason text NOT NULL,
        proposed_by text NOT NULL,
        confirmed_by text NOT NULL,
        recorded_at timestamptz NOT NULL,
        recovered_fen bigint NOT NULL CHECK (recovered_fen >= 0),
        written_off_fen bigint NOT NULL CHECK (written_off_fen >= 0),
        status text NOT NULL CHECK (status IN ('outstanding', 'settled', 'cancelled')),
        version integer NOT NULL CHECK (version >= 1),
        CONSTRAINT two_persons CHECK (proposed_by <> confirmed_by),
        CONSTRAINT settled_as_paid CHECK (recovered_fen + written_off_fen <= amount_fen),
        CONSTRAINT settled_is_settled CHECK ((status = 'settled') = (recovered_fen + written_off_fen = amount_fen))
    )
    """,
    # Of a transfer, there is one record; one that was taken back can be made again.
    """
    CREATE UNIQUE INDEX double_payment_reference ON double_payment (reporting_region, reference)
    WHERE status <> 'cancelled'
    """,
    "CREATE INDEX double_payment_claim ON double_payment (claim_id)",
    "CREATE INDEX double_payment_institution ON double_payment (institution_id, id)",
    "CREATE INDEX double_payment_region ON double_payment (region, id)",
    "CREATE INDEX double_payment_reporting ON double_payment (reporting_region, id)",
    """
    CREATE TABLE double_payment_recovery (
        id uuid PRIMARY KEY,
        double_payment_id uuid NOT NULL REFERENCES double_payment,
        amount_fen bigint NOT NULL CHECK (amount_fen > 0),
        against uuid REFERENCES claim,
        recovered_on date NOT NULL,
        proposed_by text NOT NULL,
        confirmed_by text NOT NULL,
        CONSTRAINT two_persons CHECK (proposed_by <> confirmed_by)
    )
    """,
    "CREATE INDEX double_payment_recovery_of ON double_payment_recovery (double_payment_id, id)",
    "CREATE INDEX double_payment_recovery_against ON double_payment_recovery (against) WHERE against IS NOT NULL",
    """
    CREATE VIEW kept_from_payment AS
    SELECT against AS claim_id, amount_fen FROM line_recovery WHERE against IS NOT NULL AND reversed_on IS NULL
    UNION ALL
    SELECT against, amount_fen FROM double_payment_recovery WHERE against IS NOT NULL
    """,
    """
    ALTER TABLE ledger_posting DROP CONSTRAINT known_path,
        ADD CONSTRAINT known_path CHECK ((least(debit, credit), greatest(debit, credit)) IN (
            ('allocated', 'free'), ('expected', 'reserved'), ('committed', 'free'), ('committed', 'paid'),
            ('free', 'paid'), ('paid', 'written_off'), ('free', 'paid_twice'), ('given_up', 'paid_twice')
        )) NOT VALID
    """,
    """
    ALTER TABLE budget
        ADD COLUMN paid_twice_fen bigint NOT NULL DEFAULT 0,
        ADD COLUMN given_up_fen bigint NOT NULL DEFAULT 0 CHECK (given_up_fen >= 0),
        ADD CONSTRAINT given_up_as_paid_twice CHECK (given_up_fen <= paid_twice_fen),
        DROP CONSTRAINT never_overspent,
        ADD CONSTRAINT never_overspent CHECK (committed_fen - recovered_fen + paid_twice_fen <= total_fen)
    """,
    """
    CREATE OR REPLACE FUNCTION keep_balances() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE budget AS b SET
            total_fen = b.total_fen + moved.total, committed_fen = b.committed_fen + moved.committed,
            paid_fen = b.paid_fen + moved.paid, recovered_fen = b.recovered_fen + moved.recovered,
            written_off_fen = b.written_off_fen + moved.written_off, reserved_fen = b.reserved_fen + moved.reserved,
            paid_twice_fen = b.paid_twice_fen + moved.paid_twice, given_up_fen = b.given_up_fen + moved.given_up
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
                    - coalesce(sum(amount_fen) FILTER (WHERE credit = 'reserved'), 0) AS reserved,
                coalesce(sum(amount_fen) FILTER (WHERE credit = 'free' AND debit = 'paid_twice'), 0)
                    - coalesce(sum(amount_fen) FILTER (WHERE credit = 'paid_twice' AND debit = 'free'), 0)
                    AS paid_twice,
                coalesce(sum(amount_fen) FILTER (WHERE debit = 'given_up'), 0)
                    - coalesce(sum(amount_fen) FILTER (WHERE credit = 'given_up'), 0) AS given_up
            FROM posted GROUP BY budget_id
        ) AS moved
        WHERE b.id = moved.budget_id;
        RETURN NULL;
    END $$
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
