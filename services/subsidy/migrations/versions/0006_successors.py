"""Institutions that are closed, and who has taken them over."""

from alembic import op

revision = "0006"
down_revision = "0005"

STATEMENTS = (
    "ALTER TABLE heard_institution ADD COLUMN closed_from date, ADD COLUMN succeeded_by uuid",
    "CREATE INDEX heard_institution_succeeded_by ON heard_institution (succeeded_by) WHERE succeeded_by IS NOT NULL",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
