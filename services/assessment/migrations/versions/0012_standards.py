"""Occupation standards by occupation and edition, with every version that was loaded."""

from alembic import op

revision = "0012"
down_revision = "0011"

STATEMENTS = (
    """
    CREATE TABLE standard (
        occupation text NOT NULL,
        edition text NOT NULL,
        version integer NOT NULL CHECK (version >= 1),
        name_zh text NOT NULL,
        first_on date NOT NULL,
        source text NOT NULL,
        levels jsonb NOT NULL,
        loaded_at timestamptz NOT NULL,
        PRIMARY KEY (occupation, edition, version)
    )
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
