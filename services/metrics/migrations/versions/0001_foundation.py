"""The live projection. Later changes of its tables come by a rebuild into a new schema, not by altering this one."""

from alembic import op

from services.metrics.projection.store import LIVE, creation

revision = "0001"
down_revision = None


def upgrade() -> None:
    for statement in creation(LIVE):
        op.execute(statement)
