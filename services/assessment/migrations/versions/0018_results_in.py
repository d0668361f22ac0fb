"""Results part by part, parts that are kept, cheating, who posted results, and files of results."""

from alembic import op

from shared.migrations.file_jobs import FILE_JOBS

revision = "0018"
down_revision = "0017"

RESULTS = (
    """
    ALTER TABLE candidate
        ADD COLUMN missed text[] NOT NULL DEFAULT '{}',
        ADD COLUMN cheated boolean NOT NULL DEFAULT false,
        ADD COLUMN note text,
        ADD COLUMN kept jsonb NOT NULL DEFAULT '{}',
        ADD COLUMN previous uuid REFERENCES candidate ON DELETE SET NULL,
        DROP CONSTRAINT candidate_check,
        DROP CONSTRAINT candidate_check1
    """,
    # A result may have some of its marks, and one that cheated has none perhaps.
    """
    ALTER TABLE candidate
        ADD CONSTRAINT candidate_absence CHECK (
            NOT (absent AND (passed IS NOT NULL OR cheated OR num_nonnulls(theory, skills, review) > 0))
        ) NOT VALID,
        ADD CONSTRAINT candidate_cheated CHECK (NOT cheated OR (passed IS FALSE AND note IS NOT NULL)) NOT VALID
    """,
    "ALTER TABLE candidate VALIDATE CONSTRAINT candidate_absence",
    "ALTER TABLE candidate VALIDATE CONSTRAINT candidate_cheated",
    "CREATE INDEX candidate_previous ON candidate (previous) WHERE previous IS NOT NULL",
    "CREATE INDEX candidate_cheated ON candidate (person) WHERE cheated",
    # Of a result that is not complete yet, several corrections have one version.
    """
    ALTER TABLE replaced_result
        ADD COLUMN passed boolean,
        ADD COLUMN missed text[] NOT NULL DEFAULT '{}',
        ADD COLUMN cheated boolean NOT NULL DEFAULT false,
        ADD COLUMN note text,
        DROP CONSTRAINT replaced_result_pkey,
        ADD COLUMN place bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY
    """,
    "CREATE INDEX replaced_result_candidate ON replaced_result (candidate_id, version)",
)

POSTINGS = (
    """
    CREATE TABLE result_posting (
        id uuid PRIMARY KEY,
        session_id uuid NOT NULL REFERENCES session,
        posted_by text NOT NULL,
        posted_at timestamptz NOT NULL,
        results integer NOT NULL CHECK (results >= 1)
    )
    """,
    "CREATE INDEX result_posting_session ON result_posting (session_id, id)",
    # Both steps hold the lock of the session, so one of them sees the other.
    """
    CREATE FUNCTION poster_does_not_conclude() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (SELECT FROM result_posting WHERE session_id = NEW.session_id AND posted_by = NEW."by") THEN
            RAISE EXCEPTION 'who posted results does not conclude the session'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'poster_does_not_conclude';
        END IF;
        RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER poster_does_not_conclude BEFORE INSERT ON session_step
    FOR EACH ROW WHEN (NEW.verb = 'conclude') EXECUTE FUNCTION poster_does_not_conclude()
    """,
)

RULES = (
    """
    INSERT INTO pass_rule (id, key, value, region, validity, status, source, note, entered_by, entered_at,
        decided_by, decided_at)
    SELECT id, key, value, '000000', '[2000-01-01,)', 'assumption', 'rules §3.3', note, 'not recorded',
        '2000-01-01 00:00+08', 'not recorded', '2000-01-01 00:00+08'
    FROM (VALUES
        ('NAT-KEPT-12', 'pass.kept_months', '12', 'no rule found: one year, where no standard says otherwise'),
        ('NAT-BARRED-12', 'cheating.barred_months', '12', 'no rule found: one year')
    ) AS row (id, key, value, note)
    """,
)


def upgrade() -> None:
    for statement in (*RESULTS, *POSTINGS, *RULES, *FILE_JOBS):
        op.execute(statement)
