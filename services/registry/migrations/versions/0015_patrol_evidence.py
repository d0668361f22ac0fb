"""The level of each finding; which of the classes that were opened nobody of a level has looked at."""

from alembic import op

revision = "0015"
down_revision = "0012"

OPENED = "status IN ('running', 'completed')"

STATEMENTS = (
    "ALTER TABLE finding ADD COLUMN level text CHECK (level IN ('county', 'city', 'province'))",
    "UPDATE finding SET level = patrol.level FROM patrol WHERE patrol.id = finding.patrol_id",
    "ALTER TABLE finding ALTER COLUMN level SET NOT NULL",
    f"CREATE INDEX class_opened_last_day ON class (ends_on, id) WHERE {OPENED}",
    f"CREATE INDEX class_region_opened_last_day ON class (region, ends_on, id) WHERE {OPENED}",
    f"CREATE INDEX class_reporting_region_opened_last_day ON class (reporting_region, ends_on, id) WHERE {OPENED}",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
