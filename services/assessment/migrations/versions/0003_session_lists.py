"""Indexes for lists of sessions by body, by class and by state."""

from alembic import op

revision = "0003"
down_revision = "0002"

STATEMENTS = (
    "CREATE INDEX session_body ON session (body_id, id)",
    "CREATE INDEX session_class ON session (class_id, id) WHERE class_id IS NOT NULL",
    "CREATE INDEX session_status ON session (status, id)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
