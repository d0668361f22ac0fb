"""In training are only enrolments in classes that have started; a projection from before needs a rebuild."""

from alembic import op

from services.metrics.projection.store import LIVE

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    # A new database has them already: its projection was made by the present code.
    op.execute(f"ALTER TABLE {LIVE}.contribution ADD COLUMN IF NOT EXISTS waits_for uuid")
    op.execute(
        f"CREATE INDEX IF NOT EXISTS contribution_waiting ON {LIVE}.contribution (waits_for) "
        "WHERE waits_for IS NOT NULL"
    )
    op.execute(f"CREATE TABLE IF NOT EXISTS {LIVE}.started (class_id uuid PRIMARY KEY)")
