"""Flags have an owner, a deadline and a history; reports of the public."""

from alembic import op

revision = "0025"
down_revision = "0024"

FLAGS = (
    # Flags raised before have no due day.
    "ALTER TABLE flag ADD COLUMN due_on date, ADD COLUMN assigned_to text",
    "CREATE INDEX flag_left ON flag (region, due_on) WHERE status = 'open'",
    "CREATE INDEX flag_raised ON flag (raised_at)",
    """
    CREATE TABLE flag_event (
        id uuid PRIMARY KEY,
        flag_id uuid NOT NULL REFERENCES flag,
        verb text NOT NULL CHECK (verb IN ('uphold', 'dismiss', 'reopen', 'assign')),
        done_by text NOT NULL,
        done_at timestamptz NOT NULL,
        said text NOT NULL,
        assigned_to text
    )
    """,
    "CREATE INDEX flag_event_flag ON flag_event (flag_id, id)",
)

PUBLIC_REPORTS = (
    # Words and contact are sealed; receipt and address are known by keyed hashes only.
    """
    CREATE TABLE public_report (
        id uuid PRIMARY KEY,
        receipt_mark uuid NOT NULL UNIQUE,
        about text NOT NULL CHECK (about IN ('institution', 'class', 'exam', 'claim')),
        target_id uuid,
        reference text,
        misconduct text NOT NULL,
        institution_id uuid,
        class_id uuid,
        region text NOT NULL,
        reporting_region text NOT NULL,
        flag_id uuid NOT NULL UNIQUE REFERENCES flag,
        received_at timestamptz NOT NULL,
        erase_contact_on date,
        answer text,
        answered_by text,
        answered_at timestamptz,
        version integer NOT NULL CHECK (version >= 1),
        sealed bytea NOT NULL,
        sealed_contact bytea
    )
    """,
    "CREATE INDEX public_report_region ON public_report (region, id)",
    "CREATE INDEX public_report_reporting_region ON public_report (reporting_region, id)",
    "CREATE INDEX public_report_contact ON public_report (erase_contact_on) WHERE sealed_contact IS NOT NULL",
    """
    CREATE TABLE public_contact_reading (
        id uuid PRIMARY KEY,
        report_id uuid NOT NULL REFERENCES public_report,
        read_by text NOT NULL,
        read_at timestamptz NOT NULL,
        reason text NOT NULL
    )
    """,
    "CREATE INDEX public_contact_reading_report ON public_contact_reading (report_id, id)",
    """
    CREATE TABLE public_lane (
        name text NOT NULL,
        begins_at timestamptz NOT NULL,
        taken integer NOT NULL CHECK (taken >= 1),
        PRIMARY KEY (name, begins_at)
    )
    """,
)

STATEMENTS = (*FLAGS, *PUBLIC_REPORTS)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
