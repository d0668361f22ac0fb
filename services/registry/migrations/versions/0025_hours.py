"""Hours by the timetable that stands: what an edit set stays known, and hours are found along a chain of transfers."""

from alembic import op

revision = "0025"
down_revision = "0024"

STATEMENTS = (
    # `hours` are what counts; a lesson that is omitted lowers them, and one that takes its place lets the edit count.
    "ALTER TABLE attendance_day ADD COLUMN signed smallint CHECK (signed BETWEEN 0 AND 24)",
    "UPDATE attendance_day SET signed = hours WHERE edited",
    "CREATE INDEX enrolment_continues ON enrolment (transferred_from) WHERE transferred_from IS NOT NULL",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
