"""The level of each finding; attachments; which of the opened classes nobody of a level has looked at."""

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
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
