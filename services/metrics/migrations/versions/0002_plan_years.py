"""Cells by the year of the plan and by the region that reported.

What was counted before has the year 0 and no reporting region, which is read as the year of its day and the region that
its place belonged to first. A rebuild fills both in from the facts.
"""

from alembic import op

revision = "0002"
down_revision = "0001"

_COLUMNS = """
ADD COLUMN IF NOT EXISTS plan_year smallint NOT NULL DEFAULT 0,
ADD COLUMN IF NOT EXISTS reporting_region text COLLATE "C" NOT NULL DEFAULT ''
"""

STATEMENTS = (
    *(f"ALTER TABLE live.{table} {_COLUMNS}" for table in ("contribution", "holding")),
    f"""
    ALTER TABLE live.cell {_COLUMNS},
    DROP CONSTRAINT cell_pkey,
    ADD CONSTRAINT cell_pkey PRIMARY KEY (measure, programme, region, level, day, plan_year, reporting_region)
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
