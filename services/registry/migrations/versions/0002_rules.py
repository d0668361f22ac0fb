"""Policy rows and the calendar: what used to be constants becomes data with days of validity."""

from alembic import op

revision = "0002"
down_revision = "0001"

STATEMENTS = (
    # Lets WITHOUT OVERLAPS and EXCLUDE compare plain columns beside a range.
    "CREATE EXTENSION IF NOT EXISTS btree_gist",
    # The row of the nearest region (county, city, province) that is valid on the class's first day decides.
    """
    CREATE TABLE policy_row (
        key text NOT NULL,
        region text NOT NULL CHECK (region ~ '^[0-9]{6}$'),
        validity daterange NOT NULL CHECK (NOT lower_inf(validity)),
        value text NOT NULL,
        status text NOT NULL,
        source text NOT NULL,
        PRIMARY KEY (key, region, validity WITHOUT OVERLAPS)
    )
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
