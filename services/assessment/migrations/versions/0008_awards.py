"""Awards beside levels: columns of levels also hold the numbers of awards without one, 101 and up."""

from alembic import op

revision = "0008"
down_revision = "0007"

WITHOUT_LEVEL = "level BETWEEN 101 AND 199"


def _widened(table: str, levels: str) -> list[str]:
    return [
        f"ALTER TABLE {table} DROP CONSTRAINT {table}_level_check",
        f"ALTER TABLE {table} ADD CONSTRAINT {table}_level_check CHECK ({levels} OR {WITHOUT_LEVEL}) NOT VALID",
        f"ALTER TABLE {table} VALIDATE CONSTRAINT {table}_level_check",
    ]


STATEMENTS = (
    *_widened("heard_class", "level BETWEEN 1 AND 8"),
    *_widened("session", "level BETWEEN 2 AND 6"),
    *_widened("certificate", "level BETWEEN 1 AND 8"),
    "CREATE INDEX session_award ON session (level, id)",
    "CREATE INDEX certificate_award ON certificate (level, id)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
