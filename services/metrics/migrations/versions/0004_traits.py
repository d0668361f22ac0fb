"""Cells by priority group, kind of organisation and fund source, stocks of past days, persons of any level.

What was counted before has none of it, which is shown as not said; `rebuild` fills it in from the facts.
"""

from alembic import op

revision = "0004"
down_revision = "0003"

STATEMENTS = (
    """
    ALTER TABLE live.contribution
    ADD COLUMN IF NOT EXISTS organisation uuid,
    ADD COLUMN IF NOT EXISTS traits smallint NOT NULL DEFAULT 0,
    ADD COLUMN IF NOT EXISTS was_from date,
    ADD COLUMN IF NOT EXISTS was_until date
    """,
    """
    CREATE INDEX IF NOT EXISTS contribution_undescribed ON live.contribution (organisation)
    WHERE organisation IS NOT NULL AND traits & 15 = 0
    """,
    "ALTER TABLE live.holding ADD COLUMN IF NOT EXISTS organisation uuid",
    "CREATE TABLE IF NOT EXISTS live.organisation (id uuid PRIMARY KEY, kind smallint NOT NULL)",
    """
    ALTER TABLE live.cell
    ADD COLUMN IF NOT EXISTS traits smallint NOT NULL DEFAULT 0,
    DROP CONSTRAINT cell_pkey,
    ADD CONSTRAINT cell_pkey
    PRIMARY KEY (measure, programme, region, level, day, plan_year, reporting_region, traits)
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
