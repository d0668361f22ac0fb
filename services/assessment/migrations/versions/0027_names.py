"""Names of regions and programmes, and what institutions call their classes, for pages."""

from alembic import op

revision = "0027"
down_revision = "0026"

STATEMENTS = (
    # Null for what was received before: the version before does not write them.
    "ALTER TABLE heard_region ADD COLUMN name_zh text, ADD COLUMN name_en text",
    "ALTER TABLE heard_plan_programme ADD COLUMN name_zh text, ADD COLUMN name_en text",
    "ALTER TABLE heard_class ADD COLUMN local_id text, ADD COLUMN reporting_region text",
    "CREATE INDEX heard_class_by_region ON heard_class (reporting_region, occupation, id)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
