"""Every version of a plan's entries, so that what a later load changed stays readable."""

from alembic import op

revision = "0026"
down_revision = "0025"

STATEMENTS = (
    """
    CREATE TABLE plan_entry_version (
        subject text NOT NULL,
        version integer NOT NULL,
        loaded_at timestamptz NOT NULL,
        content jsonb NOT NULL,
        PRIMARY KEY (subject, version)
    )
    """,
    """
    INSERT INTO plan_entry_version
    SELECT subject, version, CAST(content->>'at' AS timestamptz), content FROM plan_entry
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
