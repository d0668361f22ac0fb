"""Recoveries by amount and cause, kept from later payments too; write-offs; owed lines that officers dismissed."""

from alembic import op

revision = "0015"
down_revision = "0014"

STATEMENTS = (
    "ALTER TABLE claim DROP CONSTRAINT claim_status_check",
    """
    ALTER TABLE claim ADD CONSTRAINT claim_status_check CHECK (status IN (
        'draft', 'submitted', 'first_review', 'second_review', 'publicity', 'objected', 'returned', 'rejected',
        'withdrawn', 'approved', 'paid', 'payment_failed', 'recovered', 'written_off'
    )) NOT VALID
    """,
    "ALTER TABLE claim VALIDATE CONSTRAINT claim_status_check",
    "ALTER TABLE claim_line ADD COLUMN dismissed_for text",
    # What came back in part goes on holding the subsidy: the rest of it is still paid.
    "ALTER TABLE claim_line DROP CONSTRAINT recovered_lets_go",
    """
    ALTER TABLE claim_line ADD CONSTRAINT recovered_lets_go
        CHECK (recovered_on IS NULL OR recovered_part_fen IS NOT NULL OR NOT live) NOT VALID
    """,
    "CREATE INDEX claim_line_outstanding ON claim_line (enrolment_id) WHERE owed IS NOT NULL",
    "CREATE INDEX claim_line_owed_person ON claim_line (person) WHERE owed IS NOT NULL",
    """
    CREATE TABLE line_recovery (
        id uuid PRIMARY KEY,
        claim_id uuid NOT NULL REFERENCES claim,
        line integer NOT NULL,
        cause text NOT NULL,
        amount_fen bigint NOT NULL CHECK (amount_fen > 0),
        against uuid REFERENCES claim CHECK (against <> claim_id),
        recovered_on date NOT NULL,
        proposed_by text NOT NULL,
        confirmed_by text NOT NULL,
        reversed_on date,
        CONSTRAINT two_persons CHECK (proposed_by <> confirmed_by)
    )
    """,
    "CREATE UNIQUE INDEX line_recovery_cause ON line_recovery (claim_id, line, cause) WHERE reversed_on IS NULL",
    # The version before writes nothing off, so that nothing has to be completed there.
    "DROP TRIGGER claim_is_booked ON claim",
    """
    CREATE CONSTRAINT TRIGGER claim_is_booked AFTER UPDATE ON claim DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN ((NEW.approved_on IS NOT NULL OR OLD.approved_on IS NOT NULL) AND NEW.status <> 'written_off')
    EXECUTE FUNCTION complete_claim()
    """,
    "CREATE INDEX line_recovery_against ON line_recovery (against) WHERE against IS NOT NULL",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
