"""Institutions of the registry that are closed, and who has taken them over."""

from alembic import op

revision = "0009"
down_revision = "0008"

STATEMENTS = (
    """
    CREATE TABLE heard_institution (
        id uuid PRIMARY KEY,
        name text NOT NULL,
        closed_from date,
        succeeded_by uuid
    )
    """,
    "CREATE INDEX heard_institution_succeeded_by ON heard_institution (succeeded_by) WHERE succeeded_by IS NOT NULL",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
