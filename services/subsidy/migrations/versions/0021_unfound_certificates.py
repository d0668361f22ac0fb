"""Holds of lines whose certificate the national query network does not find."""

from alembic import op

revision = "0021"
down_revision = "0020"

STATEMENTS = (
    # What the version before finds no line for holds nothing there.
    "ALTER TABLE heard_flag ADD COLUMN certificate_id uuid",
    """
    CREATE INDEX heard_flag_certificate ON heard_flag (certificate_id)
    WHERE status <> 'dismissed' AND certificate_id IS NOT NULL
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
