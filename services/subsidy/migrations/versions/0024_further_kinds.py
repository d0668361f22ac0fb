"""Claims for skill upgrades, living allowances and apprenticeships, with what they rest on."""

from alembic import op

revision = "0024"
down_revision = "0023"

STATEMENTS = (
    "ALTER TABLE claim DROP CONSTRAINT known_kind",
    """
    ALTER TABLE claim ADD CONSTRAINT known_kind CHECK (kind IN (
        'training', 'assessment', 'apprenticeship', 'apprenticeship_advance', 'skill_upgrade', 'living'
    )) NOT VALID
    """,
    "ALTER TABLE claim VALIDATE CONSTRAINT known_kind",
    "ALTER TABLE policy_binding ADD COLUMN kind text NOT NULL DEFAULT 'training'",
    """
    CREATE TABLE allowance (
        enrolment_id uuid PRIMARY KEY,
        priority boolean NOT NULL DEFAULT false,
        evidence_on date,
        days integer NOT NULL DEFAULT 0 CHECK (days >= 0)
    ) WITH (fillfactor = 80)
    """,
    # Each statement stays; the latest one counts for the next claim.
    """
    CREATE TABLE apprenticeship (
        id uuid PRIMARY KEY,
        class_id uuid NOT NULL,
        institution_id uuid NOT NULL,
        region text NOT NULL,
        reporting_region text NOT NULL,
        years integer NOT NULL CHECK (years BETWEEN 1 AND 3),
        spent_fen bigint CHECK (spent_fen >= 0),
        reason text NOT NULL,
        stated_by text NOT NULL,
        stated_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX apprenticeship_class ON apprenticeship (class_id, id)",
    "CREATE INDEX apprenticeship_institution ON apprenticeship (institution_id, id)",
    "CREATE INDEX apprenticeship_region ON apprenticeship (region, id)",
    "CREATE INDEX apprenticeship_reporting_region ON apprenticeship (reporting_region, id)",
    """
    CREATE TRIGGER only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON apprenticeship
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting()
    """,
    "CREATE INDEX external_match_insured ON external_match (person) WHERE kind = 'insured'",
    "CREATE INDEX exam_certificate_person ON exam_certificate (person)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
