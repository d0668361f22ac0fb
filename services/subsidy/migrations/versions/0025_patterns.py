"""Patterns across institutions and people: findings with their evidence, and whom sanctions keep out."""

from alembic import op

revision = "0025"
down_revision = "0024"

STATEMENTS = (
    """
    CREATE TABLE banned_party (
        sanction_id uuid PRIMARY KEY,
        institution_id uuid NOT NULL,
        first_on date NOT NULL,
        last_on date,
        lifted boolean NOT NULL
    )
    """,
    "CREATE INDEX banned_party_institution ON banned_party (institution_id)",
    # Each is a hold in `heard_flag` under the same id, until it is dismissed.
    """
    CREATE TABLE pattern_finding (
        id uuid PRIMARY KEY,
        rule text NOT NULL CHECK (
            rule IN ('shared_account', 'banned_party_back', 'two_documents', 'certificate_burst')
        ),
        key text NOT NULL,
        institution_id uuid,
        person uuid,
        evidence jsonb NOT NULL,
        region text NOT NULL,
        reporting_region text NOT NULL,
        found_at timestamptz NOT NULL,
        due_on date NOT NULL,
        status text NOT NULL CHECK (status IN ('open', 'upheld', 'dismissed')),
        settled_by text,
        settled_at timestamptz,
        reason text,
        version integer NOT NULL CHECK (version >= 1),
        CONSTRAINT about_one CHECK ((institution_id IS NULL) <> (person IS NULL)),
        CONSTRAINT settled_by_someone CHECK ((status = 'open') = (settled_by IS NULL)),
        CONSTRAINT found_once UNIQUE (rule, key)
    )
    """,
    "CREATE INDEX pattern_finding_region ON pattern_finding (region, id)",
    "CREATE INDEX pattern_finding_reporting_region ON pattern_finding (reporting_region, id)",
    "CREATE INDEX exam_certificate_person_day ON exam_certificate (person, issued_on)",
    "DROP INDEX exam_certificate_person",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
