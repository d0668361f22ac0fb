"""Lessons that were not held, rooms for both; who said what of a teacher, and what an officer verified."""

from alembic import op

revision = "0013"
down_revision = "0012"

STATEMENTS = (
    # A lesson that was not held stays, for the history; `held` is false then as well.
    "ALTER TABLE lesson ADD COLUMN omitted boolean NOT NULL DEFAULT false CHECK (NOT (omitted AND held))",
    """
    ALTER TABLE room DROP CONSTRAINT room_kind_check,
        ADD CONSTRAINT room_kind_check CHECK (kind IN ('theory', 'practice', 'any'))
    """,
    # What institutions said was one heap so far. The name and the papers become the word of the institution that
    # engaged the teacher first (the number of a paper is sealed to its row); what they may teach, of all that have.
    "ALTER TABLE teacher ADD COLUMN named_by uuid REFERENCES institution",
    """
    ALTER TABLE qualification
        ADD COLUMN institution_id uuid REFERENCES institution,
        ADD COLUMN verified_by text,
        ADD COLUMN withdrawn boolean NOT NULL DEFAULT false,
        DROP CONSTRAINT qualification_teacher_id_name_mark_key
    """,
    """
    CREATE TABLE teacher_project (
        teacher_id uuid NOT NULL REFERENCES teacher,
        institution_id uuid NOT NULL REFERENCES institution,
        project text NOT NULL REFERENCES project,
        PRIMARY KEY (teacher_id, institution_id, project)
    )
    """,
    "CREATE INDEX teacher_project_project ON teacher_project (project, teacher_id)",
    """
    UPDATE teacher t SET named_by =
        (SELECT institution_id FROM engagement e WHERE e.teacher_id = t.id ORDER BY e.id LIMIT 1)
    """,
    "UPDATE qualification q SET institution_id = t.named_by FROM teacher t WHERE t.id = q.teacher_id",
    """
    INSERT INTO teacher_project (teacher_id, institution_id, project)
    SELECT DISTINCT t.id, e.institution_id, project
    FROM teacher t JOIN engagement e ON e.teacher_id = t.id CROSS JOIN unnest(t.projects) AS project
    """,
    "ALTER TABLE teacher DROP COLUMN projects",
    "ALTER TABLE qualification ALTER COLUMN institution_id SET NOT NULL",
    # One that was withdrawn, or corrected by another row, stays.
    """
    CREATE UNIQUE INDEX qualification_once ON qualification (teacher_id, institution_id, name, mark)
    WHERE NOT withdrawn
    """,
    # `engagement_id` None: the name was corrected, and `sealed_before` has the particulars before.
    """
    CREATE TABLE teacher_correction (
        id uuid PRIMARY KEY,
        teacher_id uuid NOT NULL REFERENCES teacher,
        engagement_id uuid REFERENCES engagement,
        change jsonb NOT NULL,
        sealed_before bytea,
        reason text NOT NULL,
        corrected_by text NOT NULL,
        corrected_at timestamptz NOT NULL,
        CHECK ((engagement_id IS NULL) = (sealed_before IS NOT NULL))
    )
    """,
    "CREATE INDEX teacher_correction_teacher ON teacher_correction (teacher_id, id)",
    "CREATE INDEX engagement_teacher ON engagement (teacher_id, id)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
