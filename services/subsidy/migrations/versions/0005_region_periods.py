"""Regions with the periods for which they belong where."""

from alembic import op

revision = "0005"
down_revision = "0004"

STATEMENTS = ("ALTER TABLE heard_region ADD COLUMN periods jsonb",)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
