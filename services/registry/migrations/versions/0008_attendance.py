"""Attendance: marks as they came, the day's hours that follow from them, and edits signed with a reason."""

from alembic import op

revision = "0008"
down_revision = "0007"

STATEMENTS = (
    # `local_id` is the device's or the system's own name for the mark: sent again, it is the same mark. Who it is of
    # follows from the enrolment, also after a merge of persons; so does the class, which an enrolment never changes.
    # The class is not referenced: a mark would wait for whoever has it locked, who may wait for the enrolment.
    """
    CREATE TABLE attendance_mark (
        id uuid PRIMARY KEY,
        institution_id uuid NOT NULL,
        local_id text NOT NULL,
        class_id uuid NOT NULL,
        enrolment_id uuid NOT NULL REFERENCES enrolment,
        day date NOT NULL,
        marked_at timestamptz NOT NULL,
        direction text NOT NULL CHECK (direction IN ('in', 'out')),
        method text NOT NULL CHECK (method IN ('device', 'qr', 'face', 'hand')),
        device text,
        site_id uuid,
        score smallint CHECK (score BETWEEN 0 AND 100),
        marked_by text,
        received_at timestamptz NOT NULL,
        UNIQUE (institution_id, local_id)
    )
    """,
    "CREATE INDEX attendance_mark_day ON attendance_mark (enrolment_id, day)",
    # Also for the question how many of a class were marked in the same second.
    "CREATE INDEX attendance_mark_class ON attendance_mark (class_id, marked_at, id)",
    """
    CREATE INDEX attendance_mark_device ON attendance_mark (institution_id, device, marked_at)
    WHERE device IS NOT NULL
    """,
    """
    CREATE TABLE attendance_day (
        enrolment_id uuid NOT NULL REFERENCES enrolment,
        day date NOT NULL,
        minutes integer NOT NULL CHECK (minutes BETWEEN 0 AND 1440),
        hours smallint NOT NULL CHECK (hours BETWEEN 0 AND 24),
        edited boolean NOT NULL DEFAULT false,
        PRIMARY KEY (enrolment_id, day)
    ) WITH (fillfactor = 80)
    """,
    """
    CREATE TABLE attendance (
        enrolment_id uuid PRIMARY KEY REFERENCES enrolment,
        hours integer NOT NULL CHECK (hours >= 0),
        days integer NOT NULL CHECK (days >= 0),
        version integer NOT NULL CHECK (version >= 1)
    ) WITH (fillfactor = 80)
    """,
    """
    CREATE TABLE attendance_edit (
        id uuid PRIMARY KEY,
        enrolment_id uuid NOT NULL REFERENCES enrolment,
        day date NOT NULL,
        hours_before smallint NOT NULL,
        hours_after smallint NOT NULL CHECK (hours_after BETWEEN 0 AND 24),
        reason text NOT NULL,
        signed_by text NOT NULL,
        signed_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX attendance_edit_enrolment ON attendance_edit (enrolment_id, id)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
