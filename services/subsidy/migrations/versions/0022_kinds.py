"""Claims of kinds other than training, and exams with their certificates and fees as assessment tells them."""

from alembic import op

revision = "0022"
down_revision = "0021"

RENEWAL = 104
"""The number of the award for the renewal of a special-operations licence."""

STATEMENTS = (
    # What the version before writes is for trainings. `class_id` and `enrolment_id` are what a claim and a line were
    # built from, which for an assessment are an exam and a certificate.
    "ALTER TABLE claim ADD COLUMN kind text NOT NULL DEFAULT 'training'",
    "ALTER TABLE claim_line ADD COLUMN kind text NOT NULL DEFAULT 'training'",
    "ALTER TABLE claim ADD CONSTRAINT known_kind CHECK (kind IN ('training', 'assessment')) NOT VALID",
    "ALTER TABLE claim VALIDATE CONSTRAINT known_kind",
    # Of each kind, a person has one subsidy for an occupation and award, and a class or exam one claim on its way.
    "DROP INDEX claim_line_held",
    f"""
    CREATE UNIQUE INDEX claim_line_held
    ON claim_line (person, occupation, level, kind, (CASE WHEN level = {RENEWAL} THEN year ELSE 0 END))
    WHERE live AND amount_fen > 0
    """,
    "DROP INDEX claim_line_once",
    "CREATE UNIQUE INDEX claim_line_once ON claim_line (enrolment_id, kind) WHERE live AND amount_fen > 0",
    "DROP INDEX claim_in_progress",
    """
    CREATE UNIQUE INDEX claim_in_progress ON claim (class_id, kind) WHERE status IN (
        'draft', 'submitted', 'first_review', 'second_review', 'publicity', 'objected', 'returned', 'approved'
    )
    """,
    "CREATE INDEX claim_kind ON claim (kind, id) WHERE kind <> 'training'",
    """
    CREATE TABLE exam_certificate (
        id uuid PRIMARY KEY,
        exam_id uuid NOT NULL,
        body_id uuid NOT NULL,
        person uuid NOT NULL,
        programme text NOT NULL,
        region text NOT NULL,
        reporting_region text NOT NULL,
        occupation text NOT NULL,
        level smallint NOT NULL,
        way text NOT NULL,
        issued_on date NOT NULL,
        valid boolean NOT NULL
    )
    """,
    "CREATE INDEX exam_certificate_exam ON exam_certificate (exam_id, id)",
    "CREATE INDEX exam_certificate_body ON exam_certificate (body_id, issued_on DESC, id DESC)",
    "CREATE TABLE exam_fee (exam_id uuid PRIMARY KEY, fee_fen bigint NOT NULL CHECK (fee_fen >= 0))",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
