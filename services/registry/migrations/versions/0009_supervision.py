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
    "CREATE INDEX patrol_class ON patrol (class_id, id)",
    "CREATE INDEX patrol_region ON patrol (region, id)",
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
        UNIQUE (patrol_id, number)
    )
    """,
    "CREATE INDEX finding_open ON finding (due_on, id) WHERE status <> 'closed'",
    "CREATE INDEX finding_institution ON finding (institution_id, id)",
    "CREATE INDEX finding_class ON finding (class_id, id)",
    """
    CREATE TABLE finding_event (
        finding_id uuid NOT NULL REFERENCES finding,
        version integer NOT NULL,
        verb text NOT NULL,
        done_by text NOT NULL,
        done_at timestamptz NOT NULL,
        said text NOT NULL,
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
    """
    CREATE TABLE safety_version (
        document_id uuid NOT NULL REFERENCES safety_document,
        version integer NOT NULL CHECK (version >= 1),
        title text NOT NULL,
        topics text[] NOT NULL,
        hours integer NOT NULL CHECK (hours >= 0),
        media_type text NOT NULL,
        content bytea NOT NULL,
        digest bytea NOT NULL,
        added_by text NOT NULL,
        added_at timestamptz NOT NULL,
        PRIMARY KEY (document_id, version)
    )
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
