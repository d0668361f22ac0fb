"""The level of each finding; attachments; spot checks; which of the opened classes a level has not patrolled."""

from alembic import op

revision = "0015"
down_revision = "0014"

OPENED = "status IN ('running', 'completed')"

STATEMENTS = (
    "ALTER TABLE finding ADD COLUMN level text CHECK (level IN ('county', 'city', 'province'))",
    "UPDATE finding SET level = patrol.level FROM patrol WHERE patrol.id = finding.patrol_id",
    "ALTER TABLE finding ALTER COLUMN level SET NOT NULL",
    f"CREATE INDEX class_opened_last_day ON class (ends_on, id) WHERE {OPENED}",
    f"CREATE INDEX class_region_opened_last_day ON class (region, ends_on, id) WHERE {OPENED}",
    f"CREATE INDEX class_reporting_region_opened_last_day ON class (reporting_region, ends_on, id) WHERE {OPENED}",
    "CREATE INDEX patrol_class_level ON patrol (class_id, level)",
    # Of the patrol itself, or of one of its findings. A photo shows people, so the content is sealed, which leaves
    # nothing to be compressed.
    """
    CREATE TABLE attachment (
        id uuid PRIMARY KEY,
        patrol_id uuid NOT NULL REFERENCES patrol,
        finding_id uuid REFERENCES finding,
        local_id text NOT NULL,
        media_type text NOT NULL,
        digest bytea NOT NULL,
        bytes_long integer NOT NULL CHECK (bytes_long >= 1),
        added_by text NOT NULL,
        added_at timestamptz NOT NULL,
        sealed bytea STORAGE EXTERNAL NOT NULL,
        UNIQUE NULLS NOT DISTINCT (patrol_id, finding_id, local_id)
    )
    """,
    """
    CREATE TABLE spot_check (
        id uuid PRIMARY KEY,
        class_id uuid NOT NULL REFERENCES class,
        institution_id uuid NOT NULL REFERENCES institution,
        region text NOT NULL,
        reporting_region text NOT NULL,
        level text NOT NULL CHECK (level IN ('county', 'city', 'province')),
        local_id text NOT NULL,
        checked_on date NOT NULL,
        asked integer NOT NULL CHECK (asked BETWEEN 1 AND trained),
        confirmed integer NOT NULL CHECK (confirmed BETWEEN 0 AND asked),
        trained integer NOT NULL,
        note text NOT NULL,
        done_by text NOT NULL,
        version integer NOT NULL CHECK (version >= 1),
        UNIQUE (done_by, local_id)
    )
    """,
    *(f"CREATE INDEX spot_check_{scope} ON spot_check ({scope}_id, id)" for scope in ("class", "institution")),
    *(f"CREATE INDEX spot_check_{scope} ON spot_check ({scope}, id)" for scope in ("region", "reporting_region")),
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
