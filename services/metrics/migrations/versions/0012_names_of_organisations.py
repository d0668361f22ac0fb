"""What institutions and assessment bodies are called. Who was told before has no name until it is told again.

`rebuild` gives all of them their names.
"""

from alembic import op

from services.metrics.projection.store import LIVE

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    # A database that is made from the beginning has it already.
    op.execute(f"ALTER TABLE {LIVE}.organisation ADD COLUMN IF NOT EXISTS name text")
