"""Lines that were stopped between approval and payment, and paid lines that are owed back."""

from alembic import op

revision = "0011"
down_revision = "0010"

STATEMENTS = (
    """
    ALTER TABLE claim_line
        ADD COLUMN stopped_on date,
        ADD COLUMN stopped_fen bigint NOT NULL DEFAULT 0 CHECK (stopped_fen >= 0),
        ADD COLUMN owed jsonb
    """,
    "CREATE INDEX claim_line_owed ON claim_line (enrolment_id) WHERE owed IS NOT NULL AND recovered_on IS NULL",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
