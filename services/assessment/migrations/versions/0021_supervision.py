"""Flags about exams with thresholds as dated rows; inspections, fees, relations of bodies to institutions."""

from alembic import op

from shared.migrations.dated_rules import figures

revision = "0021"
down_revision = "0020"

# The figures that stood in the code before, and assumptions.
_FIGURES = (
    ("flag.due_days", "15"),
    ("session.candidates_max", "100"),
    ("passed.results_min", "20"),
    ("same.results_min", "5"),
    ("same.share_permille", "500"),
    ("pile.results_min", "20"),
    ("pile.width_tenths", "20"),
    ("pile.share_permille", "500"),
    ("burst.days", "61"),
    ("burst.sessions_max", "20"),
    ("burst.candidates_max", "2000"),
    ("examiner.candidates_max", "100"),
    ("appeal.file_days", "30"),
    ("appeal.answer_days", "10"),
)
_ROWS = ", ".join(
    f"('NAT-{key.upper().replace('.', '-').replace('_', '-')}-2000', '{key}', '{value}')" for key, value in _FIGURES
)

STATEMENTS = (
    *figures("supervision_rule"),
    f"""
    INSERT INTO supervision_rule (id, key, value, region, validity, status, source, entered_by, entered_at, decided_by,
        decided_at)
    SELECT id, key, value, '000000', '[2000-01-01,)', 'assumption', 'rules §4.6 C19', 'not recorded',
        '2000-01-01 00:00+08', 'not recorded', '2000-01-01 00:00+08'
    FROM (VALUES {_ROWS}) AS row (id, key, value)
    """,
    """
    CREATE TABLE exam_flag (
        id uuid PRIMARY KEY,
        kind text NOT NULL,
        session_id uuid NOT NULL REFERENCES session,
        body_id uuid NOT NULL REFERENCES body,
        region text NOT NULL,
        reporting_region text NOT NULL,
        holds boolean NOT NULL,
        facts jsonb NOT NULL,
        raised_at timestamptz NOT NULL,
        due_on date NOT NULL,
        assigned_to text,
        status text NOT NULL CHECK (status IN ('open', 'upheld', 'dismissed')),
        settled_by text,
        settled_at timestamptz,
        settling_reason text,
        version integer NOT NULL CHECK (version >= 1),
        CHECK ((status = 'open') = (settled_by IS NULL)),
        CHECK (status = 'open' OR settling_reason IS NOT NULL)
    )
    """,
    # One flag of a kind for a session, however often it is looked at.
    """
    CREATE UNIQUE INDEX exam_flag_once ON exam_flag (kind, session_id) WHERE kind <> 'inspection-finding'
    """,
    "CREATE INDEX exam_flag_session ON exam_flag (session_id)",
    "CREATE INDEX exam_flag_region ON exam_flag (region, id)",
    "CREATE INDEX exam_flag_body ON exam_flag (body_id, id)",
    "CREATE INDEX exam_flag_raised ON exam_flag (raised_at)",
    """
    CREATE TABLE exam_flag_step (
        flag_id uuid NOT NULL REFERENCES exam_flag,
        version integer NOT NULL,
        verb text NOT NULL,
        by text NOT NULL,
        at timestamptz NOT NULL,
        reason text NOT NULL,
        assigned_to text,
        PRIMARY KEY (flag_id, version)
    )
    """,
    """
    CREATE TABLE exam_inspection (
        id uuid PRIMARY KEY,
        session_id uuid NOT NULL REFERENCES session,
        manner text NOT NULL CHECK (manner IN ('on_site', 'video')),
        inspected_on date NOT NULL,
        found text NOT NULL,
        flag_id uuid REFERENCES exam_flag,
        inspected_by text NOT NULL,
        entered_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX exam_inspection_session ON exam_inspection (session_id, id)",
    # What was stated about a session, each time; the last one counts.
    """
    CREATE TABLE session_fee (
        id uuid PRIMARY KEY,
        session_id uuid NOT NULL REFERENCES session,
        fee_fen integer NOT NULL CHECK (fee_fen >= 0),
        subsidised boolean NOT NULL,
        stated_by text NOT NULL,
        stated_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX session_fee_session ON session_fee (session_id, id)",
    """
    CREATE TABLE body_relation (
        id uuid PRIMARY KEY,
        body_id uuid NOT NULL REFERENCES body,
        institution_code text NOT NULL,
        ground text NOT NULL,
        declared_by text NOT NULL,
        declared_at timestamptz NOT NULL,
        ended_by text,
        ended_at timestamptz,
        ending_reason text
    )
    """,
    "CREATE INDEX body_relation_body ON body_relation (body_id, id)",
    """
    CREATE TABLE appeal (
        id uuid PRIMARY KEY,
        candidate_id uuid NOT NULL REFERENCES candidate,
        session_id uuid NOT NULL REFERENCES session,
        body_id uuid NOT NULL REFERENCES body,
        region text NOT NULL,
        reporting_region text NOT NULL,
        ground text NOT NULL,
        filed_at timestamptz NOT NULL,
        answer_by date NOT NULL,
        status text NOT NULL CHECK (status IN ('open', 'accepted', 'rejected', 'withdrawn')),
        answered_by text,
        answered_at timestamptz,
        answer text,
        proposal_id uuid,
        version integer NOT NULL CHECK (version >= 1),
        CHECK ((status IN ('accepted', 'rejected')) = (answered_by IS NOT NULL AND answer IS NOT NULL)),
        CHECK ((status = 'accepted') = (proposal_id IS NOT NULL))
    )
    """,
    "CREATE UNIQUE INDEX appeal_open ON appeal (candidate_id) WHERE status = 'open'",
    "CREATE INDEX appeal_candidate ON appeal (candidate_id)",
    "CREATE INDEX appeal_region ON appeal (region, id)",
    "CREATE INDEX appeal_body ON appeal (body_id, id)",
    """
    CREATE TABLE appeal_step (
        appeal_id uuid NOT NULL REFERENCES appeal,
        version integer NOT NULL,
        verb text NOT NULL,
        by text NOT NULL,
        at timestamptz NOT NULL,
        reason text,
        PRIMARY KEY (appeal_id, version)
    )
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
