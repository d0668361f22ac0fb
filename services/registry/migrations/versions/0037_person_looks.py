"""Who looked at the record of a person, and why."""

from alembic import op

revision = "0037"
down_revision = "0036"

STATEMENTS = (
    """
    CREATE TABLE person_look (
        id uuid PRIMARY KEY,
        person uuid NOT NULL REFERENCES trainee,
        region text NOT NULL,
        reason text NOT NULL,
        looked_by text NOT NULL,
        looked_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX person_look_person ON person_look (person, id)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
