"""Who teaches and who examines at which hours; findings about a class or an exam."""

from alembic import op

revision = "0028"
down_revision = "0027"

STATEMENTS = (
    # A class with its lessons, or an exam that was held with its sittings.
    """
    CREATE TABLE duty_source (
        id uuid PRIMARY KEY,
        is_exam boolean NOT NULL,
        organisation_id uuid NOT NULL,
        region text NOT NULL,
        reporting_region text NOT NULL
    )
    """,
    """
    CREATE TABLE duty (
        source_id uuid NOT NULL,
        person uuid NOT NULL,
        begins_at timestamptz NOT NULL,
        ends_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX duty_of_source ON duty (source_id)",
    "CREATE INDEX duty_of_person ON duty (person, begins_at)",
    # A finding about one class or exam of an institution or body holds the claims for that one alone.
    "ALTER TABLE pattern_finding ADD COLUMN source_id uuid",
    """
    ALTER TABLE pattern_finding DROP CONSTRAINT pattern_finding_rule_check,
        ADD CONSTRAINT pattern_finding_rule_check CHECK (rule IN (
            'shared_account', 'banned_party_back', 'two_documents', 'certificate_burst', 'in_two_places'
        )),
        ADD CONSTRAINT source_of_an_organisation CHECK (source_id IS NULL OR institution_id IS NOT NULL)
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
