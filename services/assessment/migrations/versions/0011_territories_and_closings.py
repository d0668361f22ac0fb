"""Exams in another prefecture, as both authorities agree from 2026 on, and bodies that are closed or taken over."""

from alembic import op

revision = "0011"
down_revision = "0010"

STATEMENTS = (
    """
    CREATE TABLE territory (
        id uuid PRIMARY KEY,
        body_id uuid NOT NULL REFERENCES body,
        reporting_region text NOT NULL,
        first_on date NOT NULL,
        last_on date CHECK (last_on >= first_on - 1),
        opened_by text NOT NULL,
        opened_at timestamptz NOT NULL,
        agreed_by text NOT NULL,
        ended_by text,
        ended_at timestamptz,
        ending_reason text,
        version integer NOT NULL CHECK (version >= 1),
        CONSTRAINT agreed_once EXCLUDE USING gist
            (body_id WITH =, reporting_region WITH =, daterange(first_on, last_on + 1) WITH &&),
        CHECK (agreed_by <> opened_by)
    )
    """,
    """
    CREATE TABLE body_closing (
        id uuid PRIMARY KEY,
        body_id uuid NOT NULL REFERENCES body,
        successor_id uuid REFERENCES body,
        from_on date NOT NULL,
        carried jsonb NOT NULL,
        reversed_by uuid,
        version integer NOT NULL CHECK (version >= 1)
    )
    """,
    "CREATE UNIQUE INDEX body_closing_standing ON body_closing (body_id) WHERE reversed_by IS NULL",
    # Exams up to 2025 were only marked: both supervised them.
    """
    INSERT INTO pass_rule (id, key, value, region, validity, status, source, note, entered_by, entered_at,
        decided_by, decided_at)
    SELECT row.id, 'territory.agreement_needed', row.value, '000000', row.validity::daterange, row.status,
        'rules §3.7 [6]', row.note, 'not recorded', '2000-01-01 00:00+08', 'not recorded', '2000-01-01 00:00+08'
    FROM (VALUES
        ('NAT-TERRITORY-2000', 'no', '[2000-01-01,2026-01-01)', 'assumption', 'exams were marked only'),
        ('NAT-TERRITORY-2026', 'yes', '[2026-01-01,)', 'assumption', 'the first day is an assumption')
    ) AS row (id, value, validity, status, note)
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
