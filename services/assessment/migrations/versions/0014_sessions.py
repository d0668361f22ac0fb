"""Session rules as dated rows; sessions with rooms, examiners and a history; questions about names; admissions."""

from alembic import op

from shared.migrations.dated_rules import figures

revision = "0014"
down_revision = "0013"

# Before 2026 sessions are filed afterwards, too, and concluded without a publicity; from 2026 on every step is needed.
_FIGURES = (
    ("filing.lead_working_days", "", "5", "assumption", "rules §3.7 [13c]"),
    ("filing.plan_required", "no", "yes", "sourced", "rules §3.7 [13c]"),
    ("filing.approval_required", "no", "yes", "sourced", "rules §3.7 [6]"),
    ("roster.sealing_required", "no", "yes", "assumption", "rules §3.7 [13c]"),
    ("group.theory_size_min", "0", "2", "sourced", "rules §3.3 [13]"),
    ("group.skills_size_min", "0", "3", "sourced", "rules §3.7 [13c]"),
    ("group.review_size_min", "0", "3", "sourced", "rules §3.3 [13]"),
    ("group.theory_seats_per_examiner_max", "1000", "15", "sourced", "rules §3.3 [13]"),
    ("group.review_odd", "no", "yes", "sourced", "rules §3.3 [13]"),
    ("group.supervisors_min", "0", "1", "assumption", "rules §3.7 [10d][13c]"),
    ("examiner.sessions_in_row_max", "0", "3", "sourced", "rules §3.7 [13c]"),
    ("examiner.day_sittings_max", "1000", "4", "assumption", "no rule found"),
    ("publicity.working_days", "0", "5", "sourced", "rules §3.7 [13c]"),
    ("eligibility.required", "no", "yes", "sourced", "rules §3.2 [12]"),
)
_NOTE = "the first year is one of transition"


def _rows() -> str:
    rows = []
    for key, before, since, status, source in _FIGURES:
        name = key.upper().replace(".", "-").replace("_", "-")
        rows.append(f"('NAT-{name}-2000', '{key}', '{before}', '[2000-01-01,2026-01-01)', 'assumption', '{_NOTE}')")
        rows.append(f"('NAT-{name}-2026', '{key}', '{since}', '[2026-01-01,)', '{status}', '{source}')")
    return ", ".join(rows)


_STATES = "'filed', 'returned', 'approved', 'sealed', 'published', 'concluded', 'cancelled'"

RULES = (
    *figures("session_rule"),
    f"""
    INSERT INTO session_rule (id, key, value, region, validity, status, source, entered_by, entered_at, decided_by,
        decided_at)
    SELECT id, key, value, '000000', CAST(validity AS daterange), status, source, 'not recorded',
        '2000-01-01 00:00+08', 'not recorded', '2000-01-01 00:00+08'
    FROM (VALUES {_rows()}) AS row (id, key, value, validity, status, source)
    """,
)

EXAMINERS = (
    """
    CREATE TABLE examiner (
        id uuid PRIMARY KEY,
        body_id uuid NOT NULL REFERENCES body,
        local_id text NOT NULL,
        person uuid NOT NULL REFERENCES candidate_person,
        kind text NOT NULL CHECK (kind IN ('examiner', 'supervisor')),
        card text,
        first_on date NOT NULL,
        last_on date,
        qualifications jsonb NOT NULL,
        status text NOT NULL CHECK (status IN ('active', 'suspended', 'ended')),
        version integer NOT NULL CHECK (version >= 1),
        UNIQUE (body_id, local_id),
        UNIQUE (body_id, person, kind)
    )
    """,
    "CREATE INDEX examiner_body ON examiner (body_id, id)",
    """
    CREATE TABLE examiner_step (
        examiner_id uuid NOT NULL REFERENCES examiner,
        version integer NOT NULL,
        verb text NOT NULL,
        by text NOT NULL,
        at timestamptz NOT NULL,
        reason text,
        content jsonb NOT NULL,
        PRIMARY KEY (examiner_id, version)
    )
    """,
)

SESSIONS = (
    """
    ALTER TABLE session
        ADD COLUMN place text,
        ADD COLUMN sittings jsonb NOT NULL DEFAULT '[]',
        ADD COLUMN supervisors uuid[] NOT NULL DEFAULT '{}',
        ADD COLUMN roster_digest text CHECK (length(roster_digest) = 64),
        ADD COLUMN public_until date,
        DROP CONSTRAINT session_status_check
    """,
    f"ALTER TABLE session ADD CONSTRAINT session_status_check CHECK (status IN ({_STATES}))",
    # The sessions before one, of a body and an occupation; and those of a day.
    "CREATE INDEX session_in_row ON session (body_id, occupation, held_on DESC, id DESC)",
    """
    CREATE TABLE session_step (
        session_id uuid NOT NULL REFERENCES session,
        version integer NOT NULL,
        verb text NOT NULL,
        by text NOT NULL,
        at timestamptz NOT NULL,
        reason text,
        rules text[] NOT NULL,
        content jsonb NOT NULL,
        PRIMARY KEY (session_id, version)
    )
    """,
    # Nobody examines in two rooms at once, whatever the bodies and whoever writes here. A duty stands from the filing
    # of the session until it is moved or cancelled.
    """
    CREATE TABLE examiner_duty (
        session_id uuid NOT NULL REFERENCES session,
        examiner_id uuid NOT NULL REFERENCES examiner,
        person uuid NOT NULL,
        part text,
        room text NOT NULL,
        during tstzrange NOT NULL,
        CONSTRAINT examiner_in_two_rooms EXCLUDE USING gist (person WITH =, during WITH &&)
    )
    """,
    "CREATE INDEX examiner_duty_session ON examiner_duty (session_id)",
    # Candidates who were taken out of a roster before it was sealed.
    """
    CREATE TABLE withdrawn_candidate (
        id uuid PRIMARY KEY,
        session_id uuid NOT NULL REFERENCES session,
        person uuid NOT NULL REFERENCES candidate_person,
        local_id text NOT NULL,
        reason text NOT NULL,
        withdrawn_by text NOT NULL,
        withdrawn_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX withdrawn_candidate_session ON withdrawn_candidate (session_id, id)",
)

PERSONS = (
    # The name that a body gave is encrypted, bound to the question; former particulars are, bound to the person.
    """
    CREATE TABLE name_question (
        id uuid PRIMARY KEY,
        person uuid NOT NULL REFERENCES candidate_person,
        body_id uuid NOT NULL REFERENCES body,
        session_id uuid NOT NULL REFERENCES session,
        candidate_id uuid NOT NULL,
        region text NOT NULL,
        reporting_region text NOT NULL,
        given bytea NOT NULL,
        asked_by text NOT NULL,
        asked_at timestamptz NOT NULL,
        status text NOT NULL CHECK (status IN ('open', 'kept', 'corrected')),
        settled_by text,
        settled_at timestamptz,
        reason text,
        version integer NOT NULL CHECK (version >= 1)
    )
    """,
    "CREATE INDEX name_question_open ON name_question (id) WHERE status = 'open'",
    "CREATE INDEX name_question_person ON name_question (person)",
    """
    CREATE TABLE replaced_name (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        person uuid NOT NULL REFERENCES candidate_person,
        sealed bytea NOT NULL,
        replaced_by text NOT NULL,
        replaced_at timestamptz NOT NULL,
        question_id uuid REFERENCES name_question
    )
    """,
    "CREATE INDEX replaced_name_person ON replaced_name (person, id)",
    "CREATE INDEX replaced_name_question ON replaced_name (question_id, id)",
    # By which route of which standard a candidate was admitted; the facts used are encrypted, bound to the candidate.
    """
    CREATE TABLE candidate_admission (
        candidate_id uuid PRIMARY KEY REFERENCES candidate ON DELETE CASCADE,
        route text NOT NULL,
        standard text NOT NULL,
        facts bytea NOT NULL
    )
    """,
)

HEARD = (
    "CREATE TABLE heard_calendar_day (day date PRIMARY KEY, worked boolean NOT NULL)",
    """
    CREATE TABLE heard_lesson (
        class_id uuid NOT NULL,
        teacher uuid NOT NULL,
        begins_at timestamptz NOT NULL,
        ends_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX heard_lesson_class ON heard_lesson (class_id, begins_at)",
    "CREATE TABLE heard_credit_code (institution_id uuid PRIMARY KEY, credit_code text NOT NULL)",
    """
    CREATE TABLE heard_exam_plan (
        class_id uuid PRIMARY KEY,
        institution_id uuid NOT NULL,
        occupation text NOT NULL,
        award smallint NOT NULL,
        exam_on date,
        exam_body text
    )
    """,
    "CREATE INDEX heard_exam_plan_day ON heard_exam_plan (exam_body, exam_on)",
    "CREATE INDEX heard_enrolment_person ON heard_enrolment (person)",
)


def upgrade() -> None:
    for statement in (*RULES, *EXAMINERS, *SESSIONS, *PERSONS, *HEARD):
        op.execute(statement)
