"""Flags say what training or class they are about by the dimensions that totals are cut by."""

from alembic import op

revision = "0021"
down_revision = "0020"

STATEMENTS = (
    """
    ALTER TABLE flag
        ADD COLUMN programme text,
        ADD COLUMN occupation text,
        ADD COLUMN level smallint,
        ADD COLUMN fund_source text
    """,
    """
    UPDATE flag SET programme = c.programme, occupation = c.occupation, level = c.level, fund_source = c.fund_source
    FROM class AS c WHERE c.id = flag.class_id
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
