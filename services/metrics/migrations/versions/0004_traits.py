"""Cells by priority group, kind of organisation and fund source, stocks of past days, persons of any level.

What was counted before has none of it, which is shown as not said; `rebuild` fills it in from the facts.
"""

from alembic import op

from services.metrics.projection.store import LIVE

revision = "0004"
down_revision = "0003"

STATEMENTS = (
    f"""
    ALTER TABLE {LIVE}.contribution
    ADD COLUMN IF NOT EXISTS organisation uuid,
    ADD COLUMN IF NOT EXISTS traits smallint NOT NULL DEFAULT 0,
    ADD COLUMN IF NOT EXISTS was_from date,
    ADD COLUMN IF NOT EXISTS was_until date
    """,
    f"""
    CREATE INDEX IF NOT EXISTS contribution_undescribed ON {LIVE}.contribution (organisation)
    WHERE organisation IS NOT NULL AND traits & 15 = 0
    """,
    f"ALTER TABLE {LIVE}.holding ADD COLUMN IF NOT EXISTS organisation uuid",
    f"CREATE TABLE IF NOT EXISTS {LIVE}.organisation (id uuid PRIMARY KEY, kind smallint NOT NULL)",
    f"""
    ALTER TABLE {LIVE}.cell
    ADD COLUMN IF NOT EXISTS traits smallint NOT NULL DEFAULT 0,
    DROP CONSTRAINT cell_pkey,
    ADD CONSTRAINT cell_pkey
    PRIMARY KEY (measure, programme, region, level, day, plan_year, reporting_region, traits)
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
