"""Patrols with their findings, and safety documents with versions."""

from alembic import op

revision = "0009"
down_revision = "0008"

STATEMENTS = (
    """
    CREATE TABLE patrol (
        id uuid PRIMARY KEY,
        class_id uuid NOT NULL REFERENCES class,
        institution_id uuid NOT NULL REFERENCES institution,
        region text NOT NULL,
        reporting_region text NOT NULL,
        level text NOT NULL CHECK (level IN ('county', 'city', 'province')),
        method text NOT NULL CHECK (method IN ('on_site', 'online')),
        local_id text NOT NULL,
        patrolled_at timestamptz NOT NULL,
        present integer NOT NULL CHECK (present >= 0),
        enrolled integer NOT NULL CHECK (enrolled >= 0),
        note text NOT NULL,
        done_by text NOT NULL,
        version integer NOT NULL CHECK (version >= 1),
        UNIQUE (done_by, local_id)
    )
    """,
    *(f"CREATE INDEX patrol_{scope} ON patrol ({scope}_id, id)" for scope in ("class", "institution")),
    *(f"CREATE INDEX patrol_{scope} ON patrol ({scope}, id)" for scope in ("region", "reporting_region")),
    """
    CREATE TABLE finding (
        id uuid PRIMARY KEY,
        patrol_id uuid NOT NULL REFERENCES patrol,
        number integer NOT NULL CHECK (number >= 1),
        class_id uuid NOT NULL REFERENCES class,
        institution_id uuid NOT NULL REFERENCES institution,
        region text NOT NULL,
        reporting_region text NOT NULL,
        severity text NOT NULL CHECK (severity IN ('minor', 'major', 'critical')),
        found text NOT NULL,
        due_on date NOT NULL,
        status text NOT NULL CHECK (status IN ('open', 'rectified', 'closed')),
        rectified_by text,
        version integer NOT NULL CHECK (version >= 1),
        UNIQUE (patrol_id, number),
        CHECK ((status = 'open') = (rectified_by IS NULL))
    )
    """,
    # Lists run by the day that is due, from any of these starting points; a status may be asked for beside, or what
    # is overdue, which lies behind years of closed ones.
    "CREATE INDEX finding_day ON finding (due_on, id)",
    "CREATE INDEX finding_status_day ON finding (status, due_on, id)",
    "CREATE INDEX finding_left ON finding (due_on, id) WHERE status <> 'closed'",
    *(
        statement
        for scope in ("institution_id", "region", "reporting_region")
        for statement in (
            f"CREATE INDEX finding_{scope}_day ON finding ({scope}, due_on, id)",
            f"CREATE INDEX finding_{scope}_status_day ON finding ({scope}, status, due_on, id)",
            f"CREATE INDEX finding_{scope}_left ON finding ({scope}, due_on, id) WHERE status <> 'closed'",
        )
    ),
    "CREATE INDEX finding_class_day ON finding (class_id, due_on, id)",
    """
    CREATE TABLE finding_event (
        finding_id uuid NOT NULL REFERENCES finding,
        version integer NOT NULL,
        verb text NOT NULL,
        done_by text NOT NULL,
        done_at timestamptz NOT NULL,
        said text NOT NULL,
        due_on date NOT NULL,
        evidence text,
        PRIMARY KEY (finding_id, version)
    )
    """,
    """
    CREATE TABLE safety_document (
        id uuid PRIMARY KEY,
        institution_id uuid NOT NULL REFERENCES institution,
        kind text NOT NULL CHECK (kind IN ('emergency_plan', 'safety_lesson')),
        local_id text NOT NULL,
        version integer NOT NULL CHECK (version >= 1),
        UNIQUE (institution_id, local_id)
    )
    """,
    "CREATE INDEX safety_document_institution ON safety_document (institution_id, id)",
    # A plan may name people, so its content is sealed, which leaves nothing to be compressed.
    """
    CREATE TABLE safety_version (
        document_id uuid NOT NULL REFERENCES safety_document,
        version integer NOT NULL CHECK (version >= 1),
        title text NOT NULL,
        topics text[] NOT NULL,
        hours integer NOT NULL CHECK (hours >= 0),
        media_type text NOT NULL,
        digest bytea NOT NULL,
        bytes_long integer NOT NULL CHECK (bytes_long >= 1),
        added_by text NOT NULL,
        added_at timestamptz NOT NULL,
        sealed bytea STORAGE EXTERNAL NOT NULL,
        PRIMARY KEY (document_id, version)
    )
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
