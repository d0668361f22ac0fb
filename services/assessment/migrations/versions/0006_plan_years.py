"""Programmes by plan, regions with their periods, and the plan that a class, a session and a certificate count to."""

from alembic import op

revision = "0006"
down_revision = "0005"

STATEMENTS = (
    "CREATE TABLE heard_plan_programme (year integer, code text, parent text, PRIMARY KEY (year, code))",
    # Of what was received so far the year is not known: 0 is the plan that holds until the first one with a year.
    "INSERT INTO heard_plan_programme SELECT 0, code, parent FROM heard_programme",
    "ALTER TABLE heard_region ADD COLUMN periods jsonb",
    "ALTER TABLE session ADD COLUMN plan_year integer",
    "ALTER TABLE certificate ADD COLUMN plan_year integer",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
