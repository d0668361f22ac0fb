"""What the row of an enrolment is recognised by when it is sent again; phones found by their marks."""

from alembic import op

revision = "0018"
down_revision = "0010"

STATEMENTS = (
    # A keyed hash of the row as it came; null for enrolments from before, and for those that go on from a transfer.
    "ALTER TABLE enrolment ADD COLUMN row_mark bytea",
    "CREATE INDEX trainee_phone_mark ON trainee (phone_mark) WHERE phone_mark IS NOT NULL",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
