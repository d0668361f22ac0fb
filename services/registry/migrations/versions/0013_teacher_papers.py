"""Lessons that were not held; who said what of a teacher, and what an officer verified."""

from alembic import op

revision = "0013"
down_revision = "0010"

STATEMENTS = (
    # A lesson that was not held stays, for the history; `held` is false then as well.
    "ALTER TABLE lesson ADD COLUMN omitted boolean NOT NULL DEFAULT false CHECK (NOT (omitted AND held))",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
