"""Sites follow the region that they lie in when it moves, without another description of the place."""

from alembic import op

revision = "0033"
down_revision = "0032"

STATEMENTS = ("ALTER TABLE site ADD COLUMN moves integer NOT NULL DEFAULT 0",)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
