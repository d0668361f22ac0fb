"""Lessons that were not held, rooms for both; who said what of a teacher, and what an officer verified."""

from alembic import op

revision = "0013"
down_revision = "0010"

STATEMENTS = (
    # A lesson that was not held stays, for the history; `held` is false then as well.
    "ALTER TABLE lesson ADD COLUMN omitted boolean NOT NULL DEFAULT false CHECK (NOT (omitted AND held))",
    """
    ALTER TABLE room DROP CONSTRAINT room_kind_check,
        ADD CONSTRAINT room_kind_check CHECK (kind IN ('theory', 'practice', 'any'))
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
