"""Days that a deferral ended; edits listed by class, institution and region; whether faces matched."""

from alembic import op

revision = "0014"
down_revision = "0013"

STATEMENTS = (
    # The days of a training before a deferral that it went on from: an enrolment's own days are the latest ones.
    """
    CREATE TABLE earlier_days (
        enrolment_id uuid NOT NULL REFERENCES enrolment,
        person uuid NOT NULL,
        from_on date NOT NULL,
        until_on date NOT NULL,
        PRIMARY KEY (enrolment_id, from_on),
        CHECK (from_on <= until_on)
    )
    """,
    "CREATE INDEX earlier_days_person ON earlier_days (person)",
    # A deferral holds the days that it ended.
    """
    INSERT INTO earlier_days (enrolment_id, person, from_on, until_on)
    SELECT d.enrolment_id, e.person, d.from_on, d.until_on
    FROM enrolment_event d JOIN enrolment e ON e.id = d.enrolment_id
    WHERE d.verb = 'defer' AND d.from_on <= d.until_on AND EXISTS (
        SELECT FROM enrolment_event r
        WHERE r.enrolment_id = d.enrolment_id AND r.verb = 'resume' AND r.version > d.version
    )
    ORDER BY d.enrolment_id, d.version
    ON CONFLICT DO NOTHING
    """,
    # Whose edit it is never changes, so it stands in the row: each list is one look along an index.
    """
    ALTER TABLE attendance_edit
        ADD COLUMN class_id uuid,
        ADD COLUMN institution_id uuid,
        ADD COLUMN region text,
        ADD COLUMN reporting_region text
    """,
    """
    UPDATE attendance_edit a
    SET class_id = c.id, institution_id = c.institution_id, region = c.region, reporting_region = c.reporting_region
    FROM enrolment e JOIN class c ON c.id = e.class_id WHERE e.id = a.enrolment_id
    """,
    """
    ALTER TABLE attendance_edit
        ALTER COLUMN class_id SET NOT NULL,
        ALTER COLUMN institution_id SET NOT NULL,
        ALTER COLUMN region SET NOT NULL,
        ALTER COLUMN reporting_region SET NOT NULL
    """,
    "CREATE INDEX attendance_edit_class ON attendance_edit (class_id, id)",
    "CREATE INDEX attendance_edit_institution ON attendance_edit (institution_id, id)",
    "CREATE INDEX attendance_edit_region ON attendance_edit (region, id)",
    "CREATE INDEX attendance_edit_reporting_region ON attendance_edit (reporting_region, id)",
    # Until now devices told the comparisons of faces that had succeeded. What counts is decided when a mark comes in,
    # by the policy of its class.
    "ALTER TABLE attendance_mark ADD COLUMN matched boolean, ADD COLUMN counts boolean NOT NULL DEFAULT true",
    "UPDATE attendance_mark SET matched = true WHERE method = 'face'",
    "ALTER TABLE attendance_mark ADD CHECK ((matched IS NOT NULL) = (method = 'face'))",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
