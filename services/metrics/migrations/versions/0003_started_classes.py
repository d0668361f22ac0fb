"""In training are only enrolments in classes that have started; a projection from before needs a rebuild."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    # A new database has them already: its projection was made by the present code.
    op.execute("ALTER TABLE live.contribution ADD COLUMN IF NOT EXISTS waits_for uuid")
    op.execute(
        "CREATE INDEX IF NOT EXISTS contribution_waiting ON live.contribution (waits_for) WHERE waits_for IS NOT NULL"
    )
    op.execute("CREATE TABLE IF NOT EXISTS live.started (class_id uuid PRIMARY KEY)")
