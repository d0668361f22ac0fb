"""Sessions are looked at by night, in batches; courses that certificates rest on; results stay in their own page."""

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
    # The courses of process assessments, from the certificate on: what a list names is sealed with its people.
    """
    CREATE TABLE relied_course (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        certificate_id uuid NOT NULL REFERENCES certificate,
        class_id uuid,
        use_id uuid REFERENCES credit_use,
        told_at timestamptz,
        CHECK (num_nonnulls(class_id, use_id) = 1)
    )
    """,
    "CREATE INDEX relied_course_class ON relied_course (class_id) WHERE class_id IS NOT NULL",
    "CREATE INDEX relied_course_use ON relied_course (use_id) WHERE use_id IS NOT NULL",
    # A candidate is added without marks and gets them once: with room in its page, no index changes for that.
    "ALTER TABLE candidate SET (fillfactor = 60)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
