"""Flags of one check and status over the whole province: a page of them is one walk along an index."""

from alembic import op

revision = "0020"
down_revision = "0019"

STATEMENTS = ("CREATE INDEX flag_code_status ON flag (code, status, id)",)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
