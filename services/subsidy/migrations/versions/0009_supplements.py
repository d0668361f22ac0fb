"""A class can be claimed for again for those who became due later; drafts are withdrawn, or expire."""

from alembic import op

revision = "0009"
down_revision = "0008"

STATEMENTS = (
    "ALTER TABLE claim ADD COLUMN supplements uuid, ADD COLUMN held_until date",
    "ALTER TABLE claim DROP CONSTRAINT claim_status_check",
    """
    ALTER TABLE claim ADD CONSTRAINT claim_status_check CHECK (status IN
        ('draft', 'submitted', 'returned', 'rejected', 'withdrawn', 'approved', 'paid', 'recovered')) NOT VALID
    """,
    "ALTER TABLE claim VALIDATE CONSTRAINT claim_status_check",
    # One claim of a class at a time is on its way to a payment; a trainee is in one that pays, or paid, for them.
    "DROP INDEX claim_standing",
    """
    CREATE UNIQUE INDEX claim_in_progress ON claim (class_id)
    WHERE status IN ('draft', 'submitted', 'returned', 'approved')
    """,
    "CREATE INDEX claim_class ON claim (class_id)",
    "CREATE UNIQUE INDEX claim_line_once ON claim_line (enrolment_id) WHERE live AND amount_fen > 0",
    "CREATE INDEX claim_expiring ON claim (held_until) WHERE held_until IS NOT NULL",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
