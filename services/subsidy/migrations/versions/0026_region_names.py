"""Names of regions, for pages."""

from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    # Null for what was received before: the version before does not write them.
    op.execute("ALTER TABLE heard_region ADD COLUMN name_zh text, ADD COLUMN name_en text")
