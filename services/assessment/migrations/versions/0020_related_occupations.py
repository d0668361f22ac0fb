"""Related occupations of a standard, whose certificates count for its routes."""

from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.execute("ALTER TABLE standard ADD COLUMN related text[] NOT NULL DEFAULT '{}'")
