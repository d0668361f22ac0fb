"""Sessions are looked at by night, in batches; sessions by their day; results are updated in their own page."""

from alembic import op

revision = "0026"
down_revision = "0025"

STATEMENTS = (
    # What was published or concluded since the last night. The version before looks at once and queues nothing.
    """
    CREATE TABLE session_to_look (
        session_id uuid PRIMARY KEY REFERENCES session,
        queued_on date NOT NULL
    )
    """,
    "CREATE INDEX session_to_look_in_order ON session_to_look (queued_on, session_id)",
    "CREATE INDEX session_day ON session (held_on, id)",
    # A candidate is added without marks and gets them once: with room in its page, no index changes for that.
    "ALTER TABLE candidate SET (fillfactor = 60)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
