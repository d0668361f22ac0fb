"""Classes in full: project, site, plan, fee, who decided what; a timetable without double bookings."""

from alembic import op

revision = "0005"
down_revision = "0004"

STATEMENTS = (
    """
    ALTER TABLE class
        DROP CONSTRAINT class_status_check,
        ADD CONSTRAINT class_status_check CHECK (status IN
            ('filed', 'returned', 'approved', 'running', 'completed', 'cancelled')),
        ADD COLUMN project text REFERENCES project,
        ADD COLUMN is_scarce boolean NOT NULL DEFAULT false,
        ADD COLUMN is_needed boolean NOT NULL DEFAULT false,
        ADD COLUMN site_id uuid REFERENCES site,
        ADD COLUMN teaching_plan text,
        ADD COLUMN exam_plan jsonb,
        ADD COLUMN government_fen bigint NOT NULL DEFAULT 0 CHECK (government_fen >= 0),
        ADD COLUMN enterprise_fen bigint NOT NULL DEFAULT 0 CHECK (enterprise_fen >= 0),
        ADD COLUMN individual_fen bigint NOT NULL DEFAULT 0 CHECK (individual_fen >= 0),
        ADD COLUMN filed_on date,
        ADD COLUMN answer_due_on date,
        ADD COLUMN return_reasons text[] NOT NULL DEFAULT '{}',
        ADD COLUMN checked_by text,
        ADD COLUMN checked_on date
    """,
    # Lists run by first day, from any of these starting points; each status may be asked for beside.
    "CREATE INDEX class_day ON class (starts_on, id)",
    "CREATE INDEX class_status_day ON class (status, starts_on, id)",
    "CREATE INDEX class_institution_day ON class (institution_id, starts_on, id)",
    "CREATE INDEX class_institution_status_day ON class (institution_id, status, starts_on, id)",
    "CREATE INDEX class_region_day ON class (region, starts_on, id)",
    "CREATE INDEX class_region_status_day ON class (region, status, starts_on, id)",
    "CREATE INDEX class_reporting_region_day ON class (reporting_region, starts_on, id)",
    "CREATE INDEX class_reporting_region_status_day ON class (reporting_region, status, starts_on, id)",
    # Classes that wait for a county's answer, by the day on which it is due; those without a day yet come last.
    """
    CREATE INDEX class_waiting ON class (coalesce(answer_due_on, 'infinity'), id) WHERE status = 'filed'
    """,
    """
    CREATE INDEX class_region_waiting ON class (region, coalesce(answer_due_on, 'infinity'), id)
    WHERE status = 'filed'
    """,
    """
    CREATE INDEX class_reporting_region_waiting ON class (reporting_region, coalesce(answer_due_on, 'infinity'), id)
    WHERE status = 'filed'
    """,
    # A lesson; `during` are instants. A class that is given up lets go of its lessons (`held`).
    """
    CREATE TABLE lesson (
        id uuid PRIMARY KEY,
        class_id uuid NOT NULL REFERENCES class,
        teacher_id uuid NOT NULL REFERENCES teacher,
        site_id uuid NOT NULL REFERENCES site,
        room text NOT NULL,
        kind text NOT NULL CHECK (kind IN ('theory', 'practice', 'safety')),
        during tstzrange NOT NULL CHECK (NOT isempty(during) AND NOT lower_inf(during) AND NOT upper_inf(during)),
        hours smallint NOT NULL CHECK (hours BETWEEN 1 AND 24),
        held boolean NOT NULL DEFAULT true,
        FOREIGN KEY (site_id, room) REFERENCES room (site_id, name),
        CONSTRAINT teacher_in_two_places EXCLUDE USING gist (teacher_id WITH =, during WITH &&) WHERE (held),
        CONSTRAINT room_taken EXCLUDE USING gist (site_id WITH =, room WITH =, during WITH &&) WHERE (held)
    )
    """,
    "CREATE INDEX lesson_class ON lesson (class_id, id)",
    # A check that failed leaves the version as it is, so steps have ids of their own.
    """
    CREATE TABLE class_event (
        id uuid PRIMARY KEY,
        class_id uuid NOT NULL REFERENCES class,
        version integer NOT NULL CHECK (version >= 1),
        verb text NOT NULL,
        done_by text NOT NULL,
        done_at timestamptz NOT NULL,
        reasons text[] NOT NULL DEFAULT '{}',
        change jsonb
    )
    """,
    "CREATE INDEX class_event_class ON class_event (class_id, id)",
    # What was filed before history was kept. The id of a class holds the moment in which it was filed.
    """
    INSERT INTO class_event (id, class_id, version, verb, done_by, done_at, change)
    SELECT id, id, 1, 'file', filed_by, uuid_extract_timestamp(id), jsonb_strip_nulls(jsonb_build_object(
        'local_id', local_id, 'programme', programme, 'region', region, 'occupation', occupation,
        'level', 'L' || level, 'fund_source', fund_source, 'starts_on', starts_on, 'ends_on', ends_on,
        'hours', hours, 'seats', seats))
    FROM class
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
