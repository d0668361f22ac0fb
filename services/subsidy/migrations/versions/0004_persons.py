"""Trainings that were re-keyed to another human: what was approved or paid for them stays to be seen."""

from alembic import op

revision = "0004"
down_revision = "0003"

STATEMENTS = (
    """
    CREATE TABLE heard_rekeying (
        enrolment_id uuid PRIMARY KEY,
        rekeyed_at timestamptz NOT NULL
    )
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
