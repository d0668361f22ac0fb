"""Payments that the bank sent back; who paid, so that the database tells payer, approver and submitter apart."""

from alembic import op

revision = "0012"
down_revision = "0011"

STATEMENTS = (
    "ALTER TABLE claim DROP CONSTRAINT claim_status_check",
    """
    ALTER TABLE claim ADD CONSTRAINT claim_status_check CHECK (status IN (
        'draft', 'submitted', 'returned', 'rejected', 'withdrawn', 'approved', 'paid', 'payment_failed', 'recovered'
    )) NOT VALID
    """,
    "ALTER TABLE claim VALIDATE CONSTRAINT claim_status_check",
    "ALTER TABLE claim ADD COLUMN paid_by text",
    """
    ALTER TABLE claim
        ADD CONSTRAINT payer_apart CHECK (paid_by <> approved_by AND paid_by <> submitted_by) NOT VALID,
        ADD CONSTRAINT failed_is_not_paid CHECK (status <> 'payment_failed' OR (paid_on IS NULL AND paid_by IS NULL))
            NOT VALID
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
