"""Trainings that were re-keyed to another human, and under whose document they stood."""

from alembic import op

revision = "0005"
down_revision = "0004"

STATEMENTS = (
    """
    CREATE TABLE heard_rekeying (
        class_id uuid NOT NULL,
        former uuid NOT NULL,
        PRIMARY KEY (class_id, former)
    )
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
