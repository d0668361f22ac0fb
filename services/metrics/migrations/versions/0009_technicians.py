"""Who was young on the day of a certificate, and enterprises filed for the two highest ranks.

Facts from before are not heard again: `rebuild` counts the enterprises that were filed before this version.
"""

from alembic import op

from services.metrics.projection.store import FILED_ENTERPRISE, LIVE, YOUNG

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.execute(f"SET LOCAL search_path = {LIVE}")
    for statement in (YOUNG, FILED_ENTERPRISE):
        # A database that is made from the beginning has them already.
        op.execute(statement.replace("CREATE TABLE", "CREATE TABLE IF NOT EXISTS"))
    op.execute("SET LOCAL search_path = public")
