"""What is kept from a claim's payment is an amount of the claim, and can lapse; what was paid twice is owed again."""

from alembic import op

revision = "0030"
down_revision = "0029"

STATEMENTS = (
    "ALTER TABLE line_recovery ADD COLUMN lapsed_fen bigint NOT NULL DEFAULT 0",
    "ALTER TABLE line_recovery ADD CONSTRAINT lapsed_as_kept CHECK (lapsed_fen BETWEEN 0 AND amount_fen)",
    # What lapsed can be recovered again for the cause that it had.
    "DROP INDEX line_recovery_cause",
    """
    CREATE UNIQUE INDEX line_recovery_cause ON line_recovery (claim_id, line, cause)
    WHERE reversed_on IS NULL AND lapsed_fen = 0
    """,
    """
    ALTER TABLE double_payment_recovery
        ADD COLUMN lapsed_fen bigint NOT NULL DEFAULT 0, ADD COLUMN reversed_on date,
        ADD CONSTRAINT lapsed_as_kept CHECK (lapsed_fen BETWEEN 0 AND amount_fen)
    """,
    """
    CREATE VIEW standing_offset AS
    SELECT id, claim_id, line, NULL::uuid AS double_payment_id, against, amount_fen - lapsed_fen AS amount_fen
    FROM line_recovery WHERE against IS NOT NULL AND reversed_on IS NULL
    UNION ALL
    SELECT r.id, p.claim_id, NULL, p.id, r.against, r.amount_fen - r.lapsed_fen
    FROM double_payment_recovery AS r JOIN double_payment AS p ON p.id = r.double_payment_id
    WHERE r.against IS NOT NULL AND r.reversed_on IS NULL
    """,
    "ALTER TABLE claim ADD COLUMN kept_fen bigint NOT NULL DEFAULT 0",
    """
    UPDATE claim AS c SET kept_fen = kept.amount_fen
    FROM (SELECT against, sum(amount_fen) AS amount_fen FROM standing_offset GROUP BY against) AS kept
    WHERE c.id = kept.against
    """,
    # A payment is never below zero. While a claim waits for it, more may be kept than it comes to, until that lapses.
    """
    ALTER TABLE claim ADD CONSTRAINT kept_as_paid
        CHECK (kept_fen >= 0 AND (kept_fen <= amount_fen OR status NOT IN ('paid', 'recovered', 'written_off')))
        NOT VALID
    """,
    """
    CREATE INDEX claim_kept ON claim (id)
    WHERE kept_fen > 0 AND status NOT IN ('paid', 'recovered', 'written_off')
    """,
    """
    CREATE FUNCTION keep_offsets() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE claim AS c SET kept_fen = kept.amount_fen
        FROM (
            SELECT t.against, coalesce(sum(o.amount_fen), 0) AS amount_fen
            FROM (SELECT DISTINCT against FROM touched WHERE against IS NOT NULL) AS t
            LEFT JOIN standing_offset AS o ON o.against = t.against GROUP BY t.against
        ) AS kept
        WHERE c.id = kept.against;
        RETURN NULL;
    END $$
    """,
    *(
        f"""
        CREATE TRIGGER {name} AFTER {change} ON {table} REFERENCING NEW TABLE AS touched
        FOR EACH STATEMENT EXECUTE FUNCTION keep_offsets()
        """
        for table in ("line_recovery", "double_payment_recovery")
        for name, change in (("offset_was_made", "INSERT"), ("offset_changed", "UPDATE"))
    ),
    # For processes of the version before.
    """
    CREATE OR REPLACE VIEW kept_from_payment AS SELECT against AS claim_id, amount_fen FROM standing_offset
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
